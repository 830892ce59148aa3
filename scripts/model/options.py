"""The command line that the scripts share: which model, and where it lives."""
import os

from catalog import Catalog, default_directory
from packages import Environment
from runtime import choose
from store import Store


def add_model_options(parser):
    parser.add_argument("--catalog", help="another models.json")
    parser.add_argument("--model", default="", help="name in the catalog; default: the first of its kind")
    parser.add_argument("--kind", default="text-to-text", choices=["text-to-text", "text-to-embedding"])
    parser.add_argument("--dir", default="", help="default: $XDG_CACHE_HOME/collet/model")
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--weights-file", default="", help="a file you have; used where it is")
    parser.add_argument("--weights-sha256", default="", help="its hash, when it is not the catalog's model")


class Setup:
    """What the options name, made ready to use."""

    def __init__(self, arguments, tick):
        self.arguments = arguments
        self.catalog = Catalog(arguments.catalog)
        self.model = self.catalog.model(arguments.model, arguments.kind)
        self.directory = arguments.dir or default_directory()
        os.makedirs(self.directory, mode=0o755, exist_ok=True)
        self.environment = Environment(self.directory, tick)
        self.store = Store(self.directory, self.environment)

    def runtimes(self):
        return choose(self.catalog, self.model, self.arguments.runtime, self.directory, self.environment)

    def own_roles(self):
        return ("weights",) if self.arguments.weights_file else ()

    def fetch_files(self):
        """Paths by role, after whatever had to be fetched was fetched."""
        paths = self.store.ensure(self.model, skip=self.own_roles())
        if self.arguments.weights_file:
            file = next(f for f in self.model["files"] if f["role"] == "weights")
            paths["weights"] = self.store.use_own(self.arguments.weights_file, file, self.weights_sha256())
        return paths

    def weights_sha256(self):
        file = next(f for f in self.model["files"] if f["role"] == "weights")
        own = self.arguments.weights_sha256 if self.arguments.weights_file else ""
        return (own or file["sha256"]).lower()
