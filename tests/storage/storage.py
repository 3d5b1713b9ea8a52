#!/usr/bin/python3
"""A storage for tests: OpenStack Swift with its S3 door, whole and real, in one process on
loopback addresses, without root and without services. Signatures and digests are checked
by it; files are below DIR.

  storage.py DIR PORT [CERT KEY]     says "ready" when it answers

Packages: swift-proxy swift-account swift-container swift-object. Access key test:tester,
secret testing, bucket class. What is asked is written to DIR/asked, one request a line. DIR/fault may
have a line that says what goes wrong with requests that come:

  status N TIMES [METHOD]   that answer instead of the storage's
  hang                      no answer
  cut TIMES                 half of the answer, and the end of the connection
  corrupt TIMES [METHOD]    one byte of what is sent is another
  tag TIMES                 the entity tag in the answer is another
"""
import os
import sys

sys.path = [p for p in sys.path if 'local' not in p]
import eventlet
eventlet.monkey_patch()
import logging
import eventlet.wsgi
from swift.common import utils

SWIFT = '''
[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
[storage-policy:0]
name = only
default = yes
'''
PROXY = '''
[DEFAULT]
swift_dir = {dir}
user = {user}
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
object_post_as_copy = false
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
'''
BACK = '''
[DEFAULT]
swift_dir = {dir}
devices = {dir}/devices
mount_check = false
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
log_level = ERROR
disable_fallocate = true
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
'''


class Cache:
    """What tempauth keeps of a request; nobody else sees it."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def delete(self, key, **_):
        self.kept.pop(key, None)

    def incr(self, key, delta=1, **_):
        self.kept[key] = int(self.kept.get(key, 0)) + delta
        return self.kept[key]


class Body:
    """What is sent, with one byte changed."""

    def __init__(self, real):
        self.real, self.done = real, False

    def read(self, *args):
        data = self.real.read(*args)
        if data and not self.done:
            self.done = True
            data = bytes([data[0] ^ 1]) + data[1:]
        return data

    def __getattr__(self, name):
        return getattr(self.real, name)


class Front:
    def __init__(self, app, folder):
        self.app, self.folder, self.cache = app, folder, Cache()

    def fault(self, method):
        """The words of the fault, when it is this one's turn."""
        path = os.path.join(self.folder, 'fault')
        try:
            with open(path) as f:
                words = f.read().split()
        except OSError:
            return ['none']
        if not words:
            return ['none']
        at = {'status': 2, 'cut': 1, 'corrupt': 1, 'tag': 1}.get(words[0])
        if at is None:
            return words
        if len(words) > at + 1 and words[at + 1] != method:
            return ['none']
        left = int(words[at])
        if left <= 0:
            return ['none']
        with open(path + '.new', 'w') as f:
            f.write(' '.join(words[:at] + [str(left - 1)] + words[at + 1:]))
        os.rename(path + '.new', path)
        return words

    def __call__(self, env, start):
        method = env['REQUEST_METHOD']
        fault = self.fault(method)
        with open(os.path.join(self.folder, 'asked'), 'a') as f:
            f.write('%s %s?%s %s\n' % (method, env['PATH_INFO'], env.get('QUERY_STRING', ''), fault[0]))
        env['swift.cache'] = self.cache
        if fault[0] == 'hang':
            eventlet.sleep(3600)
        if fault[0] == 'status':
            start('%s Fault' % fault[1], [('Content-Length', '0')])
            return [b'']
        if fault[0] == 'corrupt':
            env['wsgi.input'] = Body(env['wsgi.input'])

        def answer(status, fields, exc=None):
            if fault[0] == 'tag':
                fields = [(n, '"%032x"' % 7 if n.lower() == 'etag' else v) for n, v in fields]
            if fault[0] == 'opaque' and 'partNumber' not in env.get('QUERY_STRING', ''):
                fields = [(n, '"as-the-storage-likes"' if n.lower() == 'etag' else v) for n, v in fields]
            return start(status, fields, exc)

        if fault[0] != 'cut':
            return self.app(env, answer)
        data = b''.join(self.app(env, answer))

        def half():
            yield data[:len(data) // 2]
            raise eventlet.wsgi.ChunkReadError('cut')

        return half()


def ring(folder, name, port):
    from swift.common.ring import RingBuilder
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1',
                     'port': port, 'device': 'one', 'meta': ''})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))


def bucket(front, name):
    from swift.common.swob import Request
    asked = Request.blank('/auth/v1.0', headers={'X-Storage-User': 'test:tester',
                                                 'X-Storage-Pass': 'testing'})
    token = asked.get_response(front).headers['X-Auth-Token']
    made = Request.blank('/v1/AUTH_test/' + name, method='PUT', headers={'X-Auth-Token': token})
    if made.get_response(front).status_int // 100 != 2:
        sys.exit('no bucket')


def serve(sock, app):
    eventlet.spawn(eventlet.wsgi.server, sock, app, open(os.devnull, 'w'))


def main():
    folder, port = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    user = __import__('pwd').getpwuid(os.getuid()).pw_name
    os.makedirs(os.path.join(folder, 'devices', 'one'), exist_ok=True)
    with open(os.path.join(folder, 'swift.conf'), 'w') as f:
        f.write(SWIFT)
    utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')
    utils.validate_hash_conf()
    from swift.common import storage_policy, wsgi
    storage_policy.reload_storage_policies()
    logging.disable(logging.WARNING)
    # the same ports again, where the parts of one that was ended are looked for
    for kind in ('account', 'container', 'object'):
        sock = eventlet.listen(('127.0.0.1', 0))
        conf = os.path.join(folder, kind + '.conf')
        with open(conf, 'w') as f:
            f.write(BACK.format(dir=folder, port=sock.getsockname()[1], kind=kind, user=user))
        ring(folder, kind, sock.getsockname()[1])
        serve(sock, wsgi.loadapp(conf, global_conf={'log_name': kind}))
    conf = os.path.join(folder, 'proxy.conf')
    with open(conf, 'w') as f:
        f.write(PROXY.format(dir=folder, user=user))
    sock = eventlet.listen(('127.0.0.1', port))
    if len(sys.argv) > 4:
        sock = eventlet.wrap_ssl(sock, certfile=sys.argv[3], keyfile=sys.argv[4],
                                 server_side=True)
    front = Front(wsgi.loadapp(conf, global_conf={'log_name': 'proxy'}), folder)
    bucket(front, 'class')
    open(os.path.join(folder, 'asked'), 'w').close()
    serve(sock, front)
    print('ready', flush=True)
    # it ends with who started it
    eventlet.tpool.execute(sys.stdin.read)


main()
