"""A picture of every page in each design, for a look at whether the sites are what they claim."""
import json
import os
import pathlib
import sys
import tempfile

from network import PREFIX, Network, client_address
from recording import ADDRESSES, HERE, authority, start_sites


def take(pictures, designs):
    pictures.mkdir(parents=True, exist_ok=True)
    for design in designs:
        with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp") as scratch:
            folder = pathlib.Path(scratch)
            network = Network(1, len(ADDRESSES))
            try:
                spki = authority(folder)
                start_sites(network, folder, {client_address(0): {"design": design, "seed": "pictures"}})
                (folder / "session.json").write_text(json.dumps({"spki": spki, "design": design, "pictures": str(pictures.resolve())}), encoding="utf-8")
                done = network.run(network.clients[0], "node", HERE / "portraits.mjs", folder / "session.json", timeout=300)
                print(done.stdout + done.stderr, end="")
                if done.returncode != 0:
                    sys.exit(done.returncode)
            finally:
                network.close()
