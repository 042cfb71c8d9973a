"""Notes kept in a SQLite file: what `pierhead up` does with a small FastAPI application."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel, Field

VERSION = "1.0.0"  # change it, run `pierhead up` again, and watch the address answer with it

# Pierhead gives each service a folder that outlives its releases; without it, the current one.
DATABASE = Path(os.environ.get("DATA_DIR", ".")) / "notes.db"

app = FastAPI(title="Notes", version=VERSION)


class Note(BaseModel):
    text: str = Field(min_length=1, max_length=500)


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    # During a switch two versions write to the same file: the second waits instead of failing.
    with closing(sqlite3.connect(DATABASE, timeout=10)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        yield connection


@app.get("/")
def index() -> dict[str, str | int]:
    with database() as connection:
        (count,) = connection.execute("SELECT count(*) FROM notes").fetchone()
    return {"app": "notes", "version": VERSION, "notes": count}


@app.get("/health")
def health() -> dict[str, str]:
    with database() as connection:
        connection.execute("SELECT 1")
    return {"status": "healthy"}


@app.get("/notes")
def list_notes() -> list[dict[str, str | int]]:
    with database() as connection:
        rows = connection.execute("SELECT id, text FROM notes ORDER BY id").fetchall()
    return [{"id": number, "text": text} for number, text in rows]


@app.post("/notes", status_code=201)
def add_note(note: Note) -> dict[str, str | int]:
    with database() as connection:
        cursor = connection.execute("INSERT INTO notes (text) VALUES (?)", (note.text,))
    return {"id": cursor.lastrowid or 0, "text": note.text}
