"""``python -m pipeline.contract docs`` prints what ``docs/data-contracts.md`` holds."""

import sys

from pipeline.contract.docs import contract_page

if sys.argv[1:] != ["docs"]:
    sys.exit("usage: python -m pipeline.contract docs > docs/data-contracts.md")
sys.stdout.write(contract_page())
