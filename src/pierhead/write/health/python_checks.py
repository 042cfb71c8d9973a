"""Python: every file compiles, and imports of the project's own modules resolve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pierhead.write.health.findings import Checked, Finding
from pierhead.write.health.python_source import Import
from pierhead.write.health.tree_files import ProjectFiles

# A folder with one of these is where its programs are started, so imports begin there.
_ROOT_MARKS = (
    "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "manage.py", "Dockerfile",
    "alembic.ini", "tox.ini", "pytest.ini",
)  # fmt: skip


def check_syntax(project: ProjectFiles) -> Checked:
    """Every Python file compiles."""
    findings = [
        Finding(path, file.error[0], "python-syntax", "error", f"does not compile: {file.error[1]}")
        for path, file in project.python.items()
        if file.error
    ]
    return Checked(len(project.python), findings)


def check_imports(project: ProjectFiles) -> Checked:
    """Imports of modules of the project lead to a file, and to a name defined in it."""
    modules = Modules(project)
    findings: list[Finding] = []
    count = 0
    for path, file in project.python.items():
        for each in file.imports:
            if not each.optional and modules.is_own(path, each):
                count += 1
                if wrong := modules.missing(path, each):
                    findings.append(Finding(path, each.line, "python-imports", "error", wrong))
    return Checked(count, findings)


class Modules:
    """Which modules the project has, seen from each of its files."""

    def __init__(self, project: ProjectFiles) -> None:
        self._project = project
        roots = {path.rpartition("/")[0] for path in project.named(*_ROOT_MARKS)} | {""}
        roots |= {f"{root}/{inner}".strip("/") for root in roots for inner in ("src", "lib")}
        self._roots = sorted(roots & project.folders)
        self._packages = {str(PurePosixPath(path).parent) for path in project.python}
        self._packages |= {
            str(parent) for path in self._packages for parent in PurePosixPath(path).parents
        }

    def is_own(self, path: str, each: Import) -> bool:
        """Whether an import names something of the project."""
        top = each.module.partition(".")[0]
        return bool(each.level) or any(True for _ in self._places(path, top))

    def missing(self, path: str, each: Import) -> str | None:
        """What an import of the project's own lacks; None if nothing."""
        if each.level:
            return self._missing_relative(path, each)
        places = list(self._places(path, each.module))
        if not places:
            return f"imports {each.module}, which the project does not have"
        if each.name and not any(self._offers(place, each.name) for place in places):
            return f"imports {each.name} from {each.module}, which does not define it"
        return None

    def _missing_relative(self, path: str, each: Import) -> str | None:
        shown = "." * each.level + each.module
        folders = path.split("/")[:-1]
        if each.level - 1 > len(folders):
            return f"imports {shown}, which leads out of the project"
        base = folders[: len(folders) - each.level + 1]
        place = "/".join([*base, *filter(None, each.module.split("."))])
        if place and not self._exists(place):
            return f"imports {shown}, which the project does not have"
        if each.name and not self._offers(place, each.name):
            return f"imports {each.name} from {shown}, which does not define it"
        return None

    def _places(self, path: str, module: str) -> Iterator[str]:
        """Where a dotted module may lie; a program's own folder counts too (tests, scripts)."""
        inner = module.replace(".", "/")
        for root in dict.fromkeys([*self._roots, path.rpartition("/")[0]]):
            place = f"{root}/{inner}" if root else inner
            if self._exists(place):
                yield place

    def _exists(self, place: str) -> bool:
        return f"{place}.py" in self._project.python or place in self._packages

    def _offers(self, place: str, name: str) -> bool:
        if name == "*" or self._exists(f"{place}/{name}" if place else name):
            return True
        python = self._project.python
        file = python.get(f"{place}/__init__.py" if place else "__init__.py")
        file = python.get(f"{place}.py") if file is None else file
        if file is None:
            return False  # a folder without __init__.py defines nothing
        return bool(file.error) or file.names is None or name in file.names | _ALWAYS


_ALWAYS = {"__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__"}
