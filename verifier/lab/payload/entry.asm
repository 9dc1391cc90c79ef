; What C cannot do: the start, the way into a guest and back, and calls of code that may fault.
bits 64
default rel
section .start
extern main, bss_begin, bss_end, guest_registers, fault
global start
start:
    mov rsp, 0x6f000
    mov rbx, rdi            ; where the lab's VMM has put the image, or 0
    mov rdi, bss_begin
    mov rcx, bss_end
    sub rcx, rdi
    xor eax, eax
    rep stosb
    mov rdi, rbx
    call main
.stop:
    hlt
    jmp .stop

section .text
%macro save_callee 0
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
%endmacro
%macro restore_callee 0
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
%endmacro

%macro each_register 1
    %1 rax, 0
    %1 rcx, 8
    %1 rdx, 16
    %1 rbx, 24
    %1 rbp, 40
    %1 rsi, 48
    %1 r8, 64
    %1 r9, 72
    %1 r10, 80
    %1 r11, 88
    %1 r12, 96
    %1 r13, 104
    %1 r14, 112
    %1 r15, 120
%endmacro
%macro load 2
    mov %1, [rdi + %2]
%endmacro
%macro store 2
    mov [rdi + %2], %1
%endmacro

; int vmx_enter(int resume): 0 after a VM exit, 1 VMfailInvalid, 2 VMfailValid
global vmx_enter
vmx_enter:
    save_callee
    mov edx, 0x6c14         ; HOST_RSP
    vmwrite rdx, rsp
    mov edx, 0x6c16         ; HOST_RIP
    lea rax, [left]
    vmwrite rdx, rax
    test edi, edi
    mov rdi, guest_registers
    each_register load      ; MOV leaves the flags as they are
    mov rdi, [rdi + 56]
    jnz .again
    vmlaunch
    jmp .refused
.again:
    vmresume
.refused:
    mov eax, 1
    jc .back
    mov eax, 2
.back:
    restore_callee
    ret
left:
    push rdi
    mov rdi, guest_registers
    each_register store
    pop qword [rdi + 56]
    xor eax, eax
    jmp vmx_enter.back

; void svm_enter(u64 vmcb), which has L2's RAX and RSP
global svm_enter
svm_enter:
    save_callee
    mov rax, rdi
    push rax
    mov rdi, guest_registers
    each_register load
    mov rdi, [rdi + 56]
    mov rax, [rsp]
    clgi
    vmrun
    stgi
    push rdi
    mov rdi, guest_registers
    each_register store
    pop qword [rdi + 56]
    pop rax
    restore_callee
    ret

; int attempt(void (*code)(void)): 0, or 1 after a fault, which `fault` describes
global attempt
attempt:
    save_callee
    mov [resumed_at], rsp
    call rdi
    xor eax, eax
    restore_callee
    ret

%assign vector 0
%rep 32
handler_ %+ vector:
  %if vector != 8 && (vector < 10 || vector > 14) && vector != 17
    push 0
  %endif
    push vector
    jmp handle
    align 16
  %assign vector vector + 1
%endrep

handle:
    mov rax, fault
    pop qword [rax]         ; vector, error code, RIP
    pop qword [rax + 8]
    pop qword [rax + 16]
    mov rsp, [resumed_at]
    cld
    mov eax, 1
    restore_callee
    ret

section .rodata
global handlers
handlers:
%assign vector 0
%rep 32
    dq handler_ %+ vector
  %assign vector vector + 1
%endrep

section .bss
resumed_at: resq 1
