"""Instructions that write FPU registers, give them up and read them back.

The ports are those of the lab's VMM, below which another task uses the FPU meanwhile; what it
returns shows how often Linux has put the registers away.
"""

from __future__ import annotations

from nestproof.models.x86.instructions import Instruction
from verifier.lab.encodings import Form

TAKE = "48 b8 OPERAND"
STORE = "48 89 04 25 SLOT"
X87, SSE, AVX = Instruction.X87, Instruction.SSE, Instruction.AVX
REGISTERS = ("ST0", "XMM0", "XMM15", "YMM1")
"""One of each kind, of YMM1 the upper half, and the last of SSE in 64-bit mode."""
WRITERS = {
    form.register: form
    for form in (
        Form(
            "FLD",
            X87,
            f"{TAKE} 48 89 04 25 MEMORY | dd 04 25 MEMORY",
            register="ST0",
        ),
        Form("MOVQ XMM0,", SSE, f"{TAKE} | 66 48 0f 6e c0", register="XMM0"),
        Form("MOVQ XMM15,", SSE, f"{TAKE} | 66 4c 0f 6e f8", register="XMM15"),
        Form(
            "VINSERTF128 YMM1,",
            AVX,
            f"{TAKE} | c4 e1 f9 6e d0 ; c4 e3 75 18 ca 01",
            needs="avx",
            register="YMM1",
        ),
    )
}
READERS_BACK = {
    form.register: form
    for form in (
        Form("FST", X87, "dd 14 25 SLOT", register="ST0"),
        Form("MOVQ RAX, XMM0", SSE, f"66 48 0f 7e c0 ; {STORE}", register="XMM0"),
        Form("MOVQ RAX, XMM15", SSE, f"66 4c 0f 7e f8 ; {STORE}", register="XMM15"),
        Form(
            "VEXTRACTF128 YMM1",
            AVX,
            f"c4 e3 7d 19 ca 01 ; 66 48 0f 7e d0 {STORE}",
            needs="avx",
            register="YMM1",
        ),
    )
}
GIVE_UP = Form("IN", Instruction.EXEMPT, f"66 ba ea 00 | ed ; {STORE}", effect="gives up")
COMPETE = Form(
    "IN, and L0 stays busy", Instruction.EXEMPT, f"66 ba eb 00 | ed ; {STORE}", effect="gives up"
)
SPIN = Form("LOOP", Instruction.EXEMPT, "48 b9 OPERAND | e2 fe", effect="spins")
REGISTER_FORMS = (*WRITERS.values(), *READERS_BACK.values(), GIVE_UP, COMPETE, SPIN)
NOBODY = 0xFFFFFFFF
"""What the ports return where there is no VMM of the lab's."""
