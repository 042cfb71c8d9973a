"""Where the name that is imported is not the name that is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata

from packaging.utils import canonicalize_name

# Import name -> distributions that bring it, by their projects' own installation pages.
_BROUGHT_BY = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python opencv-python-headless opencv-contrib-python",
    "crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "discord": "discord-py py-cord",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "email_validator": "email-validator",
    "fitz": "pymupdf",
    "flask_cors": "flask-cors",
    "git": "gitpython",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "mysqldb": "mysqlclient",
    "multipart": "python-multipart",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2 psycopg2-binary",
    "psycopg": "psycopg psycopg-binary",
    "rest_framework": "djangorestframework",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "pysocks",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "win32api": "pywin32",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
# Top-level names that many distributions share.
_SHARED = {"google", "azure", "zope"}
# Distribution -> what its own documentation has users import beside it.
_BRINGS = {
    "fastapi": "starlette pydantic anyio",
    "flask": "werkzeug jinja2 click markupsafe itsdangerous blinker",
    "django": "asgiref sqlparse",
    "pydantic": "pydantic-core annotated-types typing-extensions",
    "pytest": "pluggy",
    "requests": "urllib3 certifi",
    "httpx": "httpcore anyio certifi",
    "pandas": "numpy",
    "scikit-learn": "numpy scipy joblib",
    "celery": "kombu billiard",
    "starlette": "anyio",
    "sqlmodel": "sqlalchemy pydantic",
    "alembic": "sqlalchemy mako",
    "flask-sqlalchemy": "sqlalchemy flask",
    "boto3": "botocore",
    "rich": "pygments",
}


def covers(declared: Iterable[str], module: str) -> bool:
    """Whether one of the declared distributions brings a module.

    Args:
        declared: distributions, by their canonical names.
        module: dotted, as it is imported.
    """
    names = set(declared)
    names |= {each for name in names for each in _BRINGS.get(name, "").split()}
    if names & set(distributions_of(module)):
        return True
    # What happens to be installed here knows the rarer names.
    return any(name in names for name in _installed().get(module.partition(".")[0], []))


@cache
def _installed() -> dict[str, list[str]]:
    """Top-level module -> distributions, of this interpreter; takes 50 ms, and does not change."""
    return {
        module: [canonicalize_name(name) for name in names]
        for module, names in metadata.packages_distributions().items()
    }


def likeliest(module: str) -> str:
    """The distribution that most likely brings a module."""
    named = list(distributions_of(module))
    return named[-1] if module.partition(".")[0] in _SHARED else named[0]


def distributions_of(module: str) -> Iterator[str]:
    """Distributions that may bring a module."""
    parts = module.split(".")
    yield from _BROUGHT_BY.get(parts[0].lower(), "").split()
    # google.cloud.storage comes from google-cloud-storage.
    for count in range(1, len(parts) + 1):
        yield canonicalize_name("-".join(parts[:count]))
