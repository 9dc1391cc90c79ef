#!/bin/sh
# Makes the payload again: build.sh FILE, with nasm, gcc and binutils of Debian 12. The same bytes every time.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
nasm -f bin boot.asm -o "$work/boot.bin"
nasm -f elf64 entry.asm -o "$work/entry.o"
for part in acts disk main processor vmx; do
    gcc -std=c11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie -mcmodel=small -mno-red-zone \
        -mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing \
        -fcf-protection=none -c "$part.c" -o "$work/$part.o"
done
ld -n -T link.ld --build-id=none -o "$work/payload.elf" "$work/entry.o" \
    "$work/acts.o" "$work/disk.o" "$work/main.o" "$work/processor.o" "$work/vmx.o"
objcopy -O binary "$work/payload.elf" "$work/payload.bin"
cat "$work/boot.bin" "$work/payload.bin" > "$out"
