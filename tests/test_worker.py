"""The process that trains: how it ends."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# A worker that trains nothing, and that nobody wants for a moment.
CHILD = """
from core.errors import AssetError
from core.jobs import worker

def make(settings):
    raise AssetError("asset_missing", file="x", command="y")

worker.IDLE = 0.2
worker.main(make, None)
"""


@pytest.mark.slow
def test_it_ends_without_a_word_while_it_still_listens():
    arguments = [sys.executable, "-c", CHILD]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.wait(60) == 0  # its stdin is open all the time
        assert process.stderr.read() == b""
        assert process.stdout.read() == b""
