"""Run with: DATA_DIR=$(mktemp -d) python -m unittest discover tests"""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["DATA_DIR"] = tempfile.mkdtemp()

import main  # noqa: E402 - the folder of the data must be known before


class NotesTest(unittest.TestCase):
    def test_a_note_is_kept(self) -> None:
        before = main.index()["notes"]
        added = main.add_note(main.Note(text="buy bread"))
        self.assertIn(added, main.list_notes())
        self.assertEqual(main.index()["notes"], before + 1)

    def test_it_is_healthy(self) -> None:
        self.assertEqual(main.health(), {"status": "healthy"})

    def test_an_empty_note_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            main.Note(text="")


if __name__ == "__main__":
    unittest.main()
