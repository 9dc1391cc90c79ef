#!/bin/sh
# Makes the payload and the VMM again: build.sh PAYLOAD VMM, with nasm, gcc, binutils and Linux's headers of Debian 12.
# The same bytes every time.
set -eu
out=$1
vmm=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
nasm -f bin boot.asm -o "$work/boot.bin"
nasm -f elf64 entry.asm -o "$work/entry.o"
compile() {
    gcc -std=c11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie -mcmodel=small -mno-red-zone \
        -mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing \
        -fcf-protection=none -fno-ident -c "$1.c" -o "$work/$2.o"
}
for part in acts ata disk linux main processor svm vmx; do
    compile "$part" "$part"
done
for part in competing machine main system; do
    compile "vmm/$part" "vmm-$part"
done
objects() {
    for part; do echo "$work/$part.o"; done
}
ld -n -T link.ld --build-id=none -o "$work/payload.elf" $(objects entry acts ata disk linux main processor svm vmx)
objcopy -O binary "$work/payload.elf" "$work/payload.bin"
cat "$work/boot.bin" "$work/payload.bin" > "$out"
ld -n -static --build-id=none -s -o "$vmm" $(objects vmm-main ata vmm-competing vmm-machine vmm-system)
