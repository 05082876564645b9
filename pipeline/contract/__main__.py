"""``python -m pipeline.contract docs`` prints ``docs/data-contracts.md``; ``... avro DIR`` writes the Avro schemas."""

import sys
from pathlib import Path

from pipeline.contract.avro_schemas import schema_files
from pipeline.contract.docs import contract_page

match sys.argv[1:]:
    case ["docs"]:
        sys.stdout.write(contract_page())
    case ["avro", folder]:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, text in schema_files().items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
    case _:
        sys.exit("usage: python -m pipeline.contract docs > docs/data-contracts.md, or avro pipeline/contract/avro")
