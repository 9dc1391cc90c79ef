"""The lab's instructions: one form for each encoding that programs use, and reading them back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction, Location
from verifier.lab.encodings import Form, Issued, Unmodelled
from verifier.lab.layout import RESULT_COUNT, RESULTS
from verifier.lab.register_forms import REGISTER_FORMS
from verifier.language.errors import ModelError


def decoded(code: bytes) -> tuple[Issued, ...]:
    """The instructions of some code; a ModelError where it is none of the lab's."""
    return tuple(_decoded(code))


def _decoded(code: bytes) -> Iterator[Issued]:
    place = 0
    while place < len(code):
        issued = _at(code, place)
        yield issued
        place += len(issued.code)


def _at(code: bytes, place: int) -> Issued:
    for form in FORMS.values():
        match = form.pattern.match(code, place)
        if match is None:
            continue
        fields = match.groupdict()
        operand = int.from_bytes(fields.get("operand") or b"", "little")
        address = fields.get("slot")
        slot = 0 if address is None else (int.from_bytes(address, "little") - RESULTS) // 8
        if 0 <= slot < RESULT_COUNT and Issued(form, operand, slot).code == match.group():
            return Issued(form, operand, slot)
    start = code[place : place + 16].hex(" ")
    raise ModelError(f"the lab has no instruction that begins with `{start}`")


def _registers(name: str, instruction: Instruction, wide: str, high: str, end: int) -> list[Form]:
    """A form for each register as the source of the operand."""
    found = []
    for number in range(16):
        register, low = Location(number), number & 7
        prefix = high if number > 7 else wide
        code = f"{'49' if number > 7 else '48'} {0xB8 + low:02x} OPERAND | {prefix} {end + low:02x}"
        found.append(Form(f"{name} {register.name}", instruction, code, register))
    return found


STORE_RAX = "; 48 89 04 25 SLOT"
LOAD_RAX = "48 c7 c0 ff ff ff ff |"
TO_MEMORY = "48 b8 OPERAND 48 89 04 25 MEMORY |"


def _control() -> list[Form]:
    """What reads and writes CR0."""
    smsw, read = Instruction.SMSW, Instruction.MOV_FROM_CR0
    memory, faulting = Location.MEMORY, Location.FAULTING_MEMORY
    return [
        Form("CLTS", Instruction.CLTS, "0f 06"),
        *_registers("MOV CR0,", Instruction.MOV_TO_CR0, "0f 22", "41 0f 22", 0xC0),
        *_registers("LMSW", Instruction.LMSW, "0f 01", "41 0f 01", 0xF0),
        Form("LMSW m16", Instruction.LMSW, f"{TO_MEMORY} 0f 01 34 25 MEMORY", memory),
        Form("LMSW m16 faulting", Instruction.LMSW, "0f 01 34 25 NOWHERE", faulting),
        Form("SMSW r64", smsw, f"{LOAD_RAX} 48 0f 01 e0 {STORE_RAX}"),
        Form("SMSW r32", smsw, f"{LOAD_RAX} 0f 01 e0 {STORE_RAX}", width=32),
        Form("SMSW r16", smsw, f"{LOAD_RAX} 66 0f 01 e0 {STORE_RAX}", width=16),
        Form("SMSW m16", smsw, "0f 01 24 25 SLOT", memory, width=16),
        Form("SMSW m16 faulting", smsw, "0f 01 24 25 NOWHERE", faulting, width=16),
        Form("MOV RAX, CR0", read, f"0f 20 c0 {STORE_RAX}"),
        Form("MOV R9, CR0", read, "41 0f 20 c1 ; 4c 89 0c 25 SLOT", Location.R9),
        Form(
            "JMP m16:32 to a TSS",
            Instruction.TASK_SWITCH,
            "48 b8 SELECTOR 48 89 04 25 MEMORY | ff 2c 25 MEMORY",
        ),
    ]


def _fpu() -> list[Form]:
    """FPU instructions, by class."""
    x87, wait, mmx = Instruction.X87, Instruction.WAIT, Instruction.MMX
    sse, avx, xsave = Instruction.SSE, Instruction.AVX, Instruction.XSAVE
    other = SpecialClass.NON_WAITING
    return [
        Form("FNOP", x87, "d9 d0"),
        Form("FINCSTP", x87, "d9 f7"),
        Form("FFREE", x87, "dd c0"),
        Form("WAIT", wait, "9b"),
        Form("EMMS", mmx, "0f 77"),
        Form("PXOR mm", mmx, "0f ef c0"),
        Form("XORPS", sse, "0f 57 c0"),
        Form("PXOR xmm", sse, "66 0f ef c0"),
        Form("HADDPS", sse, "f2 0f 7c c0", needs="sse3"),
        Form("PSHUFB xmm", sse, "66 0f 38 00 c0", needs="ssse3"),
        Form("PTEST", sse, "66 0f 38 17 c0", needs="sse4.1"),
        Form("AESENC", sse, "66 0f 38 dc c0", needs="aes"),
        Form("STMXCSR", sse, "0f ae 1c 25 MEMORY"),
        Form("VXORPS", avx, "c5 f8 57 c0", needs="avx"),
        Form("VZEROUPPER", avx, "c5 f8 77", needs="avx"),
        Form("VPXOR ymm", avx, "c5 fd ef c0", needs="avx2"),
        Form("FXSAVE", Instruction.FXSAVE, "0f ae 04 25 IMAGE"),
        Form("XSAVE", xsave, "48 0f ae 24 25 IMAGE", needs="xsave"),
        Form("XSAVEOPT", xsave, "48 0f ae 34 25 IMAGE", needs="xsaveopt"),
        Form("XSAVEC", xsave, "48 0f c7 24 25 COMPACT", needs="xsavec", effect="compacts"),
        Form(
            "XSAVES",
            Instruction.XSAVES,
            "48 0f c7 2c 25 COMPACT",
            needs="xsaves",
            effect="compacts",
        ),
        Form(
            "XRSTORS",
            Instruction.XSAVES,
            "48 b8 COMPACTED 48 89 04 25 HEADER | 48 0f c7 1c 25 COMPACT",
            needs="xsaves",
            effect="loads",
        ),
        Form("FNSTSW", other, "df e0"),
        Form("FNSTCW", other, "d9 3c 25 MEMORY"),
        Form("FNCLEX", other, "db e2", effect="clears"),
        Form("FNINIT", other, "db e3", effect="clears"),
        Form("FXRSTOR", Instruction.FXSAVE, "0f ae 0c 25 IMAGE", effect="loads"),
        Form("XRSTOR", xsave, "48 0f ae 2c 25 IMAGE", needs="xsave", effect="loads"),
    ]


def _untouched() -> list[Form]:
    """What CR0 does not gate."""
    exempt = Instruction.EXEMPT
    clear = "31 c9 |"
    return [
        Form("PAUSE", exempt, "f3 90"),
        Form("MFENCE", exempt, "0f ae f0"),
        Form("LFENCE", exempt, "0f ae e8"),
        Form("SFENCE", exempt, "0f ae f8"),
        Form("PREFETCHT0", exempt, "0f 18 0c 25 MEMORY"),
        Form("CLFLUSH", exempt, "0f ae 3c 25 MEMORY"),
        Form("MOVNTI", exempt, "0f c3 04 25 MEMORY"),
        Form("CRC32", exempt, "f2 0f 38 f0 c0", needs="sse4.2"),
        Form("POPCNT", exempt, "f3 0f b8 c0", needs="popcnt"),
        Form("ANDN", exempt, "c4 e2 78 f2 c0", needs="bmi1"),
        Form("XGETBV", SpecialClass.XGETBV, f"{clear} 0f 01 d0", needs="xsave"),
        Form("RDPKRU", SpecialClass.PKRU, f"{clear} 0f 01 ee", needs="pku"),
    ]


X87_ERROR = Form(
    "an x87 error",
    SpecialClass.NON_WAITING,
    # FNINIT; the control word without masks; FLD1; FLDZ; FDIVP
    "db e3 48 b8 FCW 48 89 04 25 MEMORY d9 2c 25 MEMORY d9 e8 d9 ee de f9",
    effect="error",
)
"""L1 leaves an x87 error pending; it has to own the FPU."""
XSETBV = Form(
    "XSETBV",
    SpecialClass.XGETBV,
    "48 b8 OPERAND 48 89 c2 48 c1 ea 20 31 c9 | 0f 01 d1",
    needs="xsave",
    effect="xcr0",
)
"""L1 writes XCR0; in a guest it would exit."""

READ_EFER = "b9 80 00 00 c0 | 0f 32"
UNMODELLED = (
    Form("MOV CR4, RAX", Unmodelled.CR4, "48 b8 OPERAND | 0f 22 e0"),
    Form("MOV RAX, CR4", Unmodelled.CR4, f"0f 20 e0 {STORE_RAX}"),
    Form("RDMSR EFER", Unmodelled.EFER, f"{READ_EFER} {STORE_RAX}"),
    Form("WRMSR EFER", Unmodelled.EFER, "48 b8 OPERAND b9 80 00 00 c0 31 d2 | 0f 30"),
)
FORMS = {
    form.name: form
    for form in (
        *(X87_ERROR, XSETBV, *_control(), *_fpu(), *_untouched(), *UNMODELLED),
        *REGISTER_FORMS,
    )
}
"""All forms; what begins like another one stands before it."""


@cache
def form(name: str) -> Form:
    """A form by its name."""
    return FORMS[name]
