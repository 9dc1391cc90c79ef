"""A stock Debian kernel, read from its package, to be booted in the emulator with the lab's VMM.

Nothing of it is part of nestproof: people give the package.
"""

from __future__ import annotations

import lzma
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from verifier.language.errors import ModelError
from verifier.storage.reading import content_of

LARGEST = 512 << 20
MODULES = ("irqbypass", "kvm", "kvm-intel", "kvm-amd")
"""In the order in which they are loaded."""
IMAGE = re.compile(r"\./boot/vmlinuz-\S+")
HELP = (
    "give a Debian package with a kernel for x86-64: "
    "`apt-get download linux-image-6.1.0-NN-cloud-amd64`"
)
ARCHIVE, ARCHIVE_HEAD = b"!<arch>\n", 60
PROGRAM, FILE, FOLDER = 0o100755, 0o100644, 0o040755


@dataclass(frozen=True)
class Kernel:
    """A kernel's image and the first files that it finds, with which package they are from."""

    image: bytes
    files: bytes
    version: str
    digest: str
    """SHA-256 of the package."""

    @property
    def series(self) -> str:
        """Such as `6.1`."""
        return ".".join(self.version.split(".")[:2])


def read_kernel(package: Path) -> Kernel:
    """The kernel in a Debian package; a ModelError where there is none."""
    try:
        content = content_of(package, LARGEST)
        members = dict(_members(content))
        control = _files(members, "control.tar")
        [description] = [data for name, data in control if name == "./control"]
        version = re.search(rb"^Version: (\S+)$", description, re.M)
        data = dict(_files(members, "data.tar"))
        [image] = [each for name, each in data.items() if IMAGE.fullmatch(name)]
        assert version is not None
    except OSError as error:
        raise ModelError(f"`{package}` cannot be read: {error.strerror or error}") from None
    except (ValueError, AssertionError, tarfile.TarError, lzma.LZMAError):
        raise ModelError(f"`{package}` is not a package with a kernel", help=HELP) from None
    modules = {f"{name}.ko": _module(data, name) for name in MODULES}
    digest = sha256(content).hexdigest()
    return Kernel(image, _initial_files(modules), version[1].decode(), digest)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of an `ar` archive."""
    if not content.startswith(ARCHIVE):
        raise ValueError
    place = len(ARCHIVE)
    while place + ARCHIVE_HEAD <= len(content):
        name = content[place : place + 16].decode("ascii").strip().rstrip("/")
        size = int(content[place + 48 : place + 58])
        place += ARCHIVE_HEAD
        yield name, content[place : place + size]
        place += size + size % 2


def _files(members: dict[str, bytes], start: str) -> Iterator[tuple[str, bytes]]:
    """The plain files that the lab needs, of one of a package's two archives."""
    [content] = [data for name, data in members.items() if name.startswith(start)]
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        for each in archive:
            needed = each.name == "./control" or IMAGE.fullmatch(each.name)
            if each.isfile() and (needed or _is_module(each.name)):
                stream = archive.extractfile(each)
                assert stream is not None
                yield each.name, stream.read()


def _is_module(name: str) -> bool:
    return name.rpartition("/")[2].removesuffix(".xz") in {f"{one}.ko" for one in MODULES}


def _module(data: dict[str, bytes], name: str) -> bytes:
    for path, content in data.items():
        if path.endswith(f"/{name}.ko"):
            return content
        if path.endswith(f"/{name}.ko.xz"):
            return lzma.decompress(content)
    raise ModelError(f"the package has no module `{name}`", help=HELP)


def _initial_files(modules: dict[str, bytes]) -> bytes:
    """A cpio archive, which a kernel unpacks into its first file system."""
    vmm = files("verifier.lab").joinpath("payload", "vmm.bin").read_bytes()
    entries = [("dev", b"", FOLDER), ("init", vmm, PROGRAM)]
    entries += [(name, content, FILE) for name, content in modules.items()]
    entries.append(("TRAILER!!!", b"", 0))
    return b"".join(_entry(number, *each) for number, each in enumerate(entries, 1))


def _entry(number: int, name: str, content: bytes, mode: int) -> bytes:
    path = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % each for each in fields) + path
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)
