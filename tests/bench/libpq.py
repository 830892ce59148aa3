"""Bare libpq, for the floor of a measurement: what any client of it pays."""
import ctypes
import ctypes.util

PGRES_OK = (1, 2)  # COMMAND_OK, TUPLES_OK


def load():
    lib = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
            ("PQconnectdb", pointer, [text]), ("PQexec", pointer, [pointer, text]), ("PQresultStatus", ctypes.c_int, [pointer]),
            ("PQexecParams", pointer, [pointer, text, ctypes.c_int] + [pointer] * 4 + [ctypes.c_int]),
            ("PQntuples", ctypes.c_int, [pointer]), ("PQclear", None, [pointer]), ("PQfinish", None, [pointer]),
            ("PQerrorMessage", text, [pointer])):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


LIB = load()


class Connection:
    def __init__(self, url):
        self.conn = LIB.PQconnectdb(url.encode())

    def run(self, statements, extended=False):
        """One round trip. @return rows of the last statement."""
        text = statements.encode()
        result = LIB.PQexecParams(self.conn, text, 0, None, None, None, None, 0) if extended else LIB.PQexec(self.conn, text)
        status, rows = LIB.PQresultStatus(result), LIB.PQntuples(result)
        LIB.PQclear(result)
        if status not in PGRES_OK:
            raise SystemExit(f"bench: {statements}: {LIB.PQerrorMessage(self.conn).decode()}")
        return rows

    def close(self):
        LIB.PQfinish(self.conn)
