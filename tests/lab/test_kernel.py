"""Kernels in packages of Debian."""

import lzma
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from verifier.lab.fetching import fetch_kernel, newest
from verifier.lab.image import HEADER, HEADER_SECTOR, SECTOR, image
from verifier.lab.kernel import MODULES, read_kernel
from verifier.lab.running import Incomplete
from verifier.language.errors import ModelError

FOLDER = "./lib/modules/6.1.0-1-cloud-amd64/kernel"


def tar(files: dict[str, bytes]) -> bytes:
    whole = BytesIO()
    with tarfile.open(fileobj=whole, mode="w:xz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return whole.getvalue()


def package(folder: Path, control: bytes, data: dict[str, bytes]) -> Path:
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": tar({"./control": control}),
        "data.tar.xz": tar(data),
    }
    whole = b"!<arch>\n"
    for name, content in members.items():
        head = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
        whole += head.encode() + content + b"\n" * (len(content) % 2)
    file = folder / "linux.deb"
    file.write_bytes(whole)
    return file


CONTROL = b"Package: linux-image-6.1.0-1-cloud-amd64\nVersion: 6.1.5-2\nArchitecture: amd64\n"
PLAIN = {"./boot/vmlinuz-6.1.0-1-cloud-amd64": b"a kernel"} | {
    f"{FOLDER}/{name}.ko": name.encode() * 9 for name in MODULES
}


def test_a_package_has_a_kernel_its_version_and_first_files(tmp_path: Path) -> None:
    kernel = read_kernel(package(tmp_path, CONTROL, PLAIN))
    assert (kernel.image, kernel.version, kernel.series) == (b"a kernel", "6.1.5-2", "6.1")
    assert kernel.files.startswith(b"070701")
    for name in MODULES:
        assert f"{name}.ko\0".encode() in kernel.files
        assert name.encode() * 9 in kernel.files
    assert b"TRAILER!!!" in kernel.files


def test_compressed_modules_are_unpacked(tmp_path: Path) -> None:
    packed = {
        f"{name}.xz" if name.endswith(".ko") else name: lzma.compress(content)
        if name.endswith(".ko")
        else content
        for name, content in PLAIN.items()
    }
    plain = read_kernel(package(tmp_path, CONTROL, PLAIN))
    assert read_kernel(package(tmp_path, CONTROL, packed)).files == plain.files


def test_what_is_no_package_with_a_kernel_is_refused(tmp_path: Path) -> None:
    file = package(tmp_path, CONTROL, {"./usr/share/doc": b"nothing"})
    with pytest.raises(ModelError, match="is not a package with a kernel"):
        read_kernel(file)
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(ModelError, match="is not a package with a kernel"):
        read_kernel(file)
    file.write_bytes(b"!<arch>\nx")
    with pytest.raises(ModelError, match="is not a package with a kernel"):
        read_kernel(file)


def test_a_package_without_a_module_is_refused(tmp_path: Path) -> None:
    data = {name: content for name, content in PLAIN.items() if "kvm-intel" not in name}
    with pytest.raises(ModelError, match="the package has no module `kvm-intel`"):
        read_kernel(package(tmp_path, CONTROL, data))


def test_the_image_has_the_kernel_behind_the_outcomes(tmp_path: Path) -> None:
    disk = image(b"programs", 1, 5000, b"kernel" * 300, b"files")
    with (tmp_path / "image").open("wb") as file:
        disk.write(file)
    whole = (tmp_path / "image").read_bytes()
    fields = HEADER.unpack_from(whole, HEADER_SECTOR * SECTOR)
    kernel, kernel_bytes, first, first_bytes = fields[-4:]
    assert whole[kernel * SECTOR :][:kernel_bytes] == b"kernel" * 300
    assert whole[first * SECTOR :][:first_bytes] == b"files"
    assert kernel * SECTOR >= disk.outcomes + 5000


NAMES = [
    "linux-image-6.1.0-9-cloud-amd64",
    "linux-image-6.1.0-57-cloud-amd64",
    "linux-image-6.1.0-58-cloud-amd64-unsigned",
    "linux-image-6.1.0-59-amd64",
    "linux-image-6.12.9+deb12-cloud-amd64",
    "linux-image-6.12.41+deb12-cloud-amd64",
]


def test_the_newest_kernel_of_a_series_is_the_one_with_the_largest_number() -> None:
    assert newest("6.1", NAMES) == "linux-image-6.1.0-57-cloud-amd64"
    assert newest("6.12", NAMES) == "linux-image-6.12.41+deb12-cloud-amd64"
    assert newest("5.10", NAMES) is None


def test_without_apt_a_kernel_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Incomplete, match="`apt-cache` cannot be run here"):
        fetch_kernel("6.1", tmp_path)
