"""The manuals that this layer is written from; section numbers move, so sections go by title."""

from verifier.language import Manual

SDM = Manual("Intel SDM", "325384-059, June 2016")
SDM1 = Manual("Intel SDM volume 1", "253665-059, June 2016")
SDM2 = Manual("Intel SDM volume 2", "325383-059, June 2016")
APM2 = Manual("AMD64 APM volume 2", "24593, the edition whose chapter 15 is on page 498")
