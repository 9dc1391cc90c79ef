; The boot sector: loads the payload, enters 64-bit mode with one identity-mapped gigabyte, jumps.
bits 16
org 0x7c00
PAYLOAD equ 0x10000
SECTORS equ 62          ; sectors 1 to 62; sector 63 is the header
PML4    equ 0x70000

start:
    cli
    cld
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    mov si, packet
    mov ah, 0x42
    int 0x13            ; DL is the drive that the BIOS has booted
    jc stuck
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al        ; A20
    mov al, 0xff
    out 0x21, al        ; no interrupts
    out 0xa1, al
    mov ax, PML4 >> 4
    mov es, ax
    xor di, di
    xor ax, ax
    mov cx, 0x3000 / 2
    rep stosw
    mov dword [es:0x0000], PML4 + 0x1007
    mov dword [es:0x1000], PML4 + 0x2007
    mov eax, 0x87       ; present, writable, for user mode, 2 MB
    mov di, 0x2000
.page:
    mov [es:di], eax
    add eax, 0x200000
    add di, 8
    cmp di, 0x3000
    jb .page
    lgdt [gdt.pointer]
    mov eax, cr4
    or eax, 1 << 5      ; PAE
    mov cr4, eax
    mov eax, PML4
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 1 << 8      ; EFER.LME
    wrmsr
    mov eax, 0x80000011
    mov cr0, eax
    jmp 0x08:long_mode
stuck:
    hlt
    jmp stuck

bits 64
long_mode:
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov ss, ax
    xor edi, edi        ; the image is on the disk
    mov eax, PAYLOAD
    jmp rax

packet:
    dw 16, SECTORS, 0, PAYLOAD >> 4
    dq 1

align 8
gdt:
    dq 0
    dq 0x00209b0000000000
    dq 0x0000930000000000
.pointer:
    dw $ - gdt - 1
    dd gdt

    times 510 - ($ - $$) db 0
    dw 0xaa55
