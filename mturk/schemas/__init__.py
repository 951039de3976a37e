"""The schemas of the service's documents, as files: facts that both halves read and neither owns."""

from pathlib import Path

FOLDER = Path(__file__).parent
