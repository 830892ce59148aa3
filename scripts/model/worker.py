"""Runs one GGUF model through the xllamacpp wheel, in the runtime's own venv.

Prints one JSON line with the address once the model answers, then waits for the
end of its standard input: that is how it notices that its parent is gone, however
the parent ended.
"""
import argparse
import json
import os
import sys


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--context", type=int, required=True, help="tokens, shared by the slots")
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--cache-mib", type=int, required=True, help="memory for prompts that left their slot")
    parser.add_argument("--prompts", default="", help="folder for prompts that are to be kept, with a slash; none: not possible")
    return parser.parse_args()


def make_parameters(xllamacpp, arguments):
    parameters = xllamacpp.CommonParams()
    parameters.model.path = arguments.weights
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = arguments.port
    parameters.n_ctx = arguments.context
    parameters.n_parallel = arguments.slots
    # One pool of cells: a single long run may use the whole context.
    parameters.kv_unified = True
    # A run takes turns between two prompts: each keeps its slot. Left alone, the one
    # at rest is put away whenever the other is used.
    parameters.cache_idle_slots = False
    parameters.cache_prompt = True
    parameters.cache_ram_mib = arguments.cache_mib
    parameters.cpuparams.n_threads = arguments.threads
    parameters.cpuparams_batch.n_threads = arguments.threads
    parameters.slot_save_path = arguments.prompts
    parameters.ui = False
    parameters.fit_params = False
    parameters.endpoint_slots = False
    parameters.sse_ping_interval = -1
    key = os.environ.pop("COLLET_MODEL_KEY", "")
    if key:
        parameters.api_keys = [key]
    return parameters


def main():
    arguments = parse_arguments()
    report = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # the runtime's own chatter belongs to the log
    import xllamacpp

    server = xllamacpp.Server(make_parameters(xllamacpp, arguments))
    report.write(json.dumps({"event": "listening", "url": server.listening_address}) + "\n")
    while os.read(0, 4096):
        pass
    os._exit(0)  # no time for a tidy end: whoever waited for an answer is gone


if __name__ == "__main__":
    sys.exit(main())
