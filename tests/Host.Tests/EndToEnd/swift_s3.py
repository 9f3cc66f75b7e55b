"""OpenStack Swift with its S3 interface: proxy, account, container and object server in one process, on free ports of 127.0.0.1.

swift_s3.py FOLDER. The access key (ACCOUNT:USER) and its secret are read from the first two lines of standard input; the port is
printed when it is served. It ends with its standard input. Needs Debian's python3-swift.
"""

import os
import sys

import eventlet
import eventlet.tpool

eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True)

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

STORES = ("account", "container", "object")

STORE = """[DEFAULT]
devices = {folder}
mount_check = false
swift_dir = {folder}
log_address = {folder}/none
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY = """[DEFAULT]
swift_dir = {folder}
log_address = {folder}/none
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


class Memory:
    """What the proxy keeps in memcached otherwise."""

    def __init__(self, app):
        self._app = app
        self._kept = {}

    def __call__(self, environment, start_response):
        environment["swift.cache"] = self
        return self._app(environment, start_response)

    def get(self, key, **_):
        return self._kept.get(key)

    def set(self, key, value, **_):
        self._kept[key] = value

    def delete(self, key, **_):
        self._kept.pop(key, None)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def main():
    folder = sys.argv[1]
    (account, user), secret = sys.stdin.readline().strip().split(":"), sys.stdin.readline().strip()
    utils.SWIFT_CONF_FILE = write(folder, "swift.conf", "[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.HASH_PATH_PREFIX, utils.HASH_PATH_SUFFIX = b"", b"tests"
    os.makedirs(os.path.join(folder, "disk"))
    listeners = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in (*STORES, "proxy")}
    for kind in STORES:
        port = listeners[kind].getsockname()[1]
        ring = RingBuilder(part_power=0, replicas=1, min_part_hours=1)
        ring.add_dev({"region": 1, "zone": 1, "weight": 1, "device": "disk", "ip": "127.0.0.1", "port": port,
                      "replication_ip": "127.0.0.1", "replication_port": port})
        ring.rebalance(seed=1)
        ring.get_ring().save(os.path.join(folder, f"{kind}.ring.gz"))

    with open(os.path.join(folder, "requests.log"), "w", buffering=1) as log:
        for kind, listener in listeners.items():
            text = (PROXY if kind == "proxy" else STORE).format(folder=folder, kind=kind, account=account, user=user, secret=secret)
            app = loadapp(write(folder, f"{kind}.conf", text))
            eventlet.spawn(wsgi.server, listener, Memory(app) if kind == "proxy" else app, log)
        print(listeners["proxy"].getsockname()[1], flush=True)
        eventlet.tpool.execute(sys.stdin.read)
    os._exit(0)


main()
