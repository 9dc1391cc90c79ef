"""What becomes of the constructs of a file, to be compared between hash seeds."""

import sys

from tests.language.second_oracle.corpus import FOLDER, constructs
from tests.language.second_oracle.judge import judge

for construct in constructs(FOLDER / sys.argv[1]):
    result = judge(construct.name, construct.text)
    print(construct.name, result.verdict, result.table)
