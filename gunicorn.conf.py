"""How the pages are served. `gunicorn wsgi:app`, started in this folder, reads this file by itself; so does the demo.

Only on this machine: TLS is done by the proxy before it. Without this, gunicorn would take PORT for 0.0.0.0.
"""

from __future__ import annotations

import sys

from deconflict.settings import SettingsError, read_settings

try:
    bind = f"127.0.0.1:{read_settings().port}"
except SettingsError as error:
    print(error, file=sys.stderr)
    raise SystemExit(2) from None

workers = 1  # SQLite takes one writer at a time; of threads, one waits for it while the others read
worker_class = "gthread"
threads = 8
graceful_timeout = 5
control_socket_disable = True  # it would lie in the home folder, and nobody needs a second way in
