"""Dockerfiles: what is read of them, and that no text makes the reader fail."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pierhead.detect.dockerfile import Image, expand, last_image, parse_dockerfile


def image(text: str, target: str | None = None) -> Image:
    found = last_image(parse_dockerfile(text), target)
    assert found is not None
    return found


def test_stages_and_their_bases() -> None:
    file = parse_dockerfile(
        "ARG V=3.12\nFROM --platform=linux/amd64 python:${V}-slim AS base\nFROM node:22 AS assets\n"
        "FROM base\nCOPY --from=assets /a /a\n"
    )
    assert [s.name for s in file.stages] == ["base", "assets", None]
    assert file.bases == ("python:3.12-slim", "node:22")
    assert file.stages[2].instructions[0].flags == {"from": "assets"}
    assert [s.line for s in file.stages] == [2, 3, 4]


def test_a_stage_takes_over_what_its_parent_says() -> None:
    found = image("FROM node AS a\nEXPOSE 80\nUSER app\nCMD node x\nFROM a\nEXPOSE 81/tcp 53/udp\n")
    assert (found.base, found.ports, found.user) == ("node", (80, 81), "app")
    assert str(found.start) == "node x"


def test_arguments_reach_a_stage_only_where_it_asks_for_them() -> None:
    text = "ARG P=1234\nFROM x\n{}EXPOSE ${{P:-80}}\n"
    assert image(text.format("")).ports == (80,)
    assert image(text.format("ARG P\n")).ports == (1234,)
    assert image(text.format("ENV P=99\nARG P\n")).ports == (99,)


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ('CMD ["node", "a b.js"]', "node 'a b.js'"),
        ("CMD node server.js", "node server.js"),
        ('CMD ["node", 1]', '["node", 1]'),  # no list of texts: Docker takes it as a line
        ('ENTRYPOINT ["/e"]\nCMD ["--x"]', "/e --x"),
        ('ENTRYPOINT ["/e"]\nCMD a b', "/e /bin/sh -c 'a b'"),
        ('ENTRYPOINT /e $A\nCMD ["--x"]', "/e $A"),
        ('CMD ["a"]\nENTRYPOINT ["/e"]', "/e"),  # a new entry point forgets the command
    ],
)
def test_the_forms_of_commands(lines: str, start: str) -> None:
    assert str(image(f"FROM x\n{lines}\n").start) == start


def test_continued_lines_comments_and_heredocs() -> None:
    text = (
        "FROM x\nRUN <<-EOF sh\n\tFROM not-a-stage\n\tEOF\n"
        'ENV A=1 \\\n  # why\n\n  B="2 3" C=4\\ 5\n'
        "COPY <<a <<b /x/\nEXPOSE 1\na\nEXPOSE 2\nb\nENV OLD some words\n"
    )
    found = image(text)
    assert len(parse_dockerfile(text).stages) == 1
    assert found.environment == {"A": "1", "B": "2 3", "C": "4 5", "OLD": "some words"}
    assert found.ports == ()


def test_the_escape_directive() -> None:
    assert image("# escape=`\nFROM x\nCMD a `\n b\n").start is not None
    assert str(image("# escape=`\nFROM x\nCMD a `\n b\n").start) == "a  b"
    assert str(image("FROM x\n# escape=`\nCMD a `\n").start) == "a `"  # only at the top


@pytest.mark.parametrize(
    ("check", "path"),
    [
        ("CMD curl -f http://localhost:8080/healthz || exit 1", "/healthz"),
        ('CMD ["wget", "-q", "http://127.0.0.1:3000/"]', "/"),
        ("--interval=3s CMD curl http://localhost:$PORT/up?full=1", "/up"),
        ("NONE", None),
        ("CMD /check", None),
    ],
)
def test_the_path_of_a_health_check(check: str, path: str | None) -> None:
    assert image(f"FROM x\nHEALTHCHECK {check}\n").health_path == path


def test_a_named_target() -> None:
    text = "FROM a AS dev\nEXPOSE 1\nFROM b AS live\nEXPOSE 2\n"
    assert image(text, "dev").ports == (1,)
    assert image(text, "none").ports == (2,)


def test_what_is_no_instruction_is_listed() -> None:
    assert parse_dockerfile("FROM x\n=what\n").problems == ((2, "=what"),)
    assert last_image(parse_dockerfile("RUN x\n")) is None


@pytest.mark.parametrize(
    ("text", "filled"),
    [("$A-${B}", "1-"), ("${B:-d}${A:+s}", "ds"), ("\\$A", "$A"), ("${A", "${A"), ("$", "$")],
)
def test_variables(text: str, filled: str) -> None:
    assert expand(text, {"A": "1"}) == filled


_WORDS = st.sampled_from(
    ["FROM", "x AS a", "a", "RUN", "ENV", "A=1", "ARG", "EXPOSE", "80", "${A", "}", "\\", "\n",
     "<<EOF", "EOF", "#", "CMD", "[", '"', "]", "HEALTHCHECK", "http://", "--", "=", " ", "`"]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=40).map("".join) | st.text(max_size=300))
@example("FROM a AS a\nFROM a AS a\n")
@example("FROM x\nENV " + "$" * 5000)
@example("FROM x\nENV " + "A=" * 5000)
@example("FROM x\nHEALTHCHECK http://" + "a" * 5000)
@example("FROM x\nCMD " + "[" * 5000)
@settings(max_examples=300, deadline=2000)
def test_no_text_makes_it_fail(text: str) -> None:
    found = last_image(parse_dockerfile(text))
    assert found is None or all(0 < port < 65536 for port in found.ports)
