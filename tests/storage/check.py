#!/usr/bin/python3
"""aula-store against a real storage (storage.py), well and with faults.

  check.py AULA_STORE [NAME...]     the tests of these names; all of them
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path = [p for p in sys.path if 'local' not in p]
HERE = os.path.dirname(os.path.abspath(__file__))
STORE = os.path.abspath(sys.argv[1])
MB = 1 << 20
BIG = 70 * MB  # above what is put whole, so in five parts


def port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Storage:
    def __init__(self, tls=()):
        self.dir = tempfile.mkdtemp(prefix='aula-storage-')
        self.port = port()
        self.process = subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'storage.py'), self.dir, str(self.port), *tls],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=open(os.path.join(self.dir, 'errors'), 'w'))
        assert self.process.stdout.readline() == 'ready\n', 'the storage did not start'

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.dir)

    def fault(self, text=''):
        with open(os.path.join(self.dir, 'fault'), 'w') as f:
            f.write(text)

    def asked(self, clear=False):
        path = os.path.join(self.dir, 'asked')
        with open(path) as f:
            lines = f.read().splitlines()
        if clear:
            open(path, 'w').close()
        return lines


class Site:
    """A configuration with keys and a folder of recordings."""

    def __init__(self, storage, secret='testing', key='test:tester', scheme='http', **more):
        self.dir = tempfile.mkdtemp(prefix='aula-site-')
        self.rec = os.path.join(self.dir, 'recordings')
        os.mkdir(self.rec)
        self.keys = os.path.join(self.dir, 'keys')
        with open(self.keys, 'w') as f:
            f.write('aws_access_key_id = %s\naws_secret_access_key = %s\n' % (key, secret))
        os.chmod(self.keys, 0o600)
        conf = {'storage': 's3', 's3_endpoint': '%s://127.0.0.1:%d' % (scheme, storage.port),
                's3_bucket': 'class', 's3_prefix': 'aula/', 's3_credentials_file': self.keys,
                'recordings_dir': self.rec, **more}
        self.conf = os.path.join(self.dir, 'aula.conf')
        with open(self.conf, 'w') as f:
            f.write(''.join('%s = "%s"\n' % pair for pair in conf.items()))

    def file(self, name, size):
        path = os.path.join(self.rec, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(os.urandom(size))
        return path

    def start(self, *args):
        return subprocess.Popen([STORE, '-c', self.conf, '-p', '2', *args], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *args):
        """(exit status, lines as they are said)"""
        done = self.start(*args)
        out, err = done.communicate(timeout=120)
        assert 'testing' not in out + err, 'a secret was told'
        self.err = err
        return done.returncode, out.splitlines()

    def well(self, *args):
        status, lines = self.run(*args)
        assert status == 0 and '"ok":true' in lines[-1], (args, lines, self.err)
        return lines

    def fails(self, code, status, *args):
        got, lines = self.run(*args)
        assert got == status and '"ok":false,"code":"%s"' % code in lines[-1], \
            (args, got, lines, self.err)

    def end(self):
        shutil.rmtree(self.dir)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def one_object(storage, site):
    path = site.file('lecture 1.mp4', 300000)
    site.well('put', path)
    assert '"bytes":300000' in site.well('head', 'lecture 1.mp4')[0]
    assert len([x for x in site.well('list') if '"name":"lecture 1.mp4"' in x]) == 1
    site.well('get', 'lecture 1.mp4', path + '.again')
    assert read(path) == read(path + '.again')
    site.well('delete', 'lecture 1.mp4')
    site.well('delete', 'lecture 1.mp4')  # as often as you like
    site.fails('missing', 66, 'head', 'lecture 1.mp4')
    site.fails('missing', 66, 'get', 'lecture 1.mp4', path + '.none')
    assert not os.path.exists(path + '.none') and not os.path.exists(path + '.none.part')
    empty = site.file('empty.vtt', 0)
    site.well('put', empty)
    assert '"bytes":0' in site.well('head', 'empty.vtt')[0]


def links(storage, site):
    path = site.file('a.mp4', 1000)
    site.well('put', path)
    status, lines = site.run('link', 'a.mp4')
    asked = urllib.request.Request(lines[0], headers={'Range': 'bytes=10-19'})
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 206 and answer.read() == read(path)[10:20]
        assert answer.headers['Content-Type'] == 'video/mp4'
    for bad in (lines[0].replace('a.mp4', 'b.mp4'), lines[0][:-1] + 'x',
                lines[0].replace('Expires=600', 'Expires=60000')):
        try:
            urllib.request.urlopen(bad)
            raise AssertionError(bad)
        except urllib.error.HTTPError as e:
            assert e.code == 403, e.code


def recording(storage, site):
    kept = {}
    for name, size in (('abc.mp4', BIG), ('abc.light.mp4', 5 * MB), ('abc.made/video.mp4', 9000),
                       ('abc.made/poster.jpg', 900), ('abc.live.hls/0.m4s', 70),
                       ('abc.live.hls/index.m3u8', 80)):
        kept[name] = read(site.file(name, size))
    site.file('abc.mp4.tmp', 5)
    site.file('abcd.mp4', 5)
    lines = site.well('save', 'abc')
    assert len([x for x in lines if '"step":"save"' in x]) > 10
    stored = [x for x in site.well('list', 'abc')[:-1]]
    assert len(stored) == len(kept), stored
    storage.asked(True)
    site.well('save', 'abc')
    assert not [x for x in storage.asked() if not x.startswith('HEAD')], storage.asked()
    site.well('free', 'abc')
    left = sorted(os.path.relpath(os.path.join(d, f), site.rec)
                  for d, _, files in os.walk(site.rec) for f in files)
    assert left == ['abc.live.hls/index.m3u8', 'abc.made/poster.jpg', 'abc.mp4.tmp', 'abcd.mp4'], left
    for name in ('abc.mp4', 'abc.live.hls/0.m4s'):
        site.well('get', name, os.path.join(site.dir, 'back'))
        assert read(os.path.join(site.dir, 'back')) == kept[name]
    site.file('abcd.mp4', 6)
    site.well('put', os.path.join(site.rec, 'abcd.mp4'))
    site.well('drop', 'abc.')
    assert len(site.well('list', 'abc')) == 2  # of the other one
    site.fails('usage', 64, 'drop', '')
    site.fails('no_file', 66, 'save', 'none')
    site.fails('usage', 64, 'save', '../abc')


def free_only_what_is_there(storage, site):
    path = site.file('abc.mp4', 3000)
    other = site.file('abc.light.mp4', 3000)
    site.fails('missing', 66, 'free', 'abc')
    site.well('save', 'abc')
    with open(other, 'r+b') as f:
        f.write(b'else')
    site.fails('differs', 65, 'free', 'abc')
    assert os.path.exists(path) and os.path.exists(other)
    site.well('save', 'abc')
    site.well('free', 'abc')
    assert not os.path.exists(path) and not os.path.exists(other)


def unfinished(storage, site):
    """An edition waits to be joined: what is there of it is not all of the recording."""
    light = site.file('abc.light.mp4', 20000)
    site.well('save', 'abc')
    pieces = [site.file('abc.at%d.mp4' % at, 10000) for at in (0, 900000000)]
    storage.asked(clear=True)
    site.fails('unfinished', 75, 'save', 'abc')
    site.fails('unfinished', 75, 'free', 'abc')
    assert not storage.asked(), 'it was asked for something'
    assert all(os.path.exists(path) for path in [light, *pieces])
    for path in pieces:
        os.unlink(path)
    site.file('abc.mp4', 20000)
    site.file('abc.light.mp4.tmp', 10)  # nobody waits for that
    site.well('save', 'abc')
    site.well('free', 'abc')
    assert not os.path.exists(light)


def errors(storage, site):
    path = site.file('a.mp4', 3000)
    storage.fault('status 503 3 PUT')
    site.well('put', path)
    storage.fault('status 500 100')
    site.fails('away', 75, 'head', 'a.mp4')
    storage.fault('status 418 100')
    site.fails('answer', 76, 'head', 'a.mp4')
    storage.fault('cut 2')
    assert '"name":"a.mp4"' in site.well('list')[0]
    storage.fault('cut 2')
    site.well('get', 'a.mp4', path + '.again')
    assert read(path) == read(path + '.again')


def damage(storage, site):
    path = site.file('a.mp4', 3000)
    storage.fault('corrupt 2 PUT')
    site.well('put', path)
    storage.fault()
    site.well('get', 'a.mp4', path + '.again')
    assert read(path) == read(path + '.again')
    storage.fault('corrupt 100 PUT')
    site.fails('differs', 65, 'put', site.file('b.mp4', 3000))
    storage.fault('tag 100')
    site.fails('differs', 65, 'put', site.file('c.mp4', 3000))


def opaque_tags(storage, site):
    """A storage whose tags say nothing: what is not the same is seen all the same."""
    storage.fault('opaque')
    small, large = site.file('abc.light.mp4', 3000), site.file('abc.mp4', BIG)
    site.well('save', 'abc')
    storage.asked(True)
    site.well('save', 'abc')
    assert not [x for x in storage.asked() if not x.startswith('HEAD')], storage.asked()
    site.well('get', 'abc.mp4', large + '.again')
    assert read(large) == read(large + '.again')
    os.unlink(large + '.again')
    for path in (small, large):
        with open(path, 'r+b') as f:  # as long as it was
            f.seek(2000)
            f.write(b'else')
        site.fails('differs', 65, 'free', 'abc')
        assert os.path.exists(small) and os.path.exists(large)
        site.well('save', 'abc')
    site.well('free', 'abc')
    assert not os.path.exists(small) and not os.path.exists(large)


def slow(storage, site):
    path = site.file('a.mp4', 3000)
    storage.fault('hang')
    busy = site.start('put', path)
    time.sleep(3)
    assert busy.poll() is None
    storage.fault()
    out, _ = busy.communicate(timeout=60)
    assert busy.returncode == 0, out


def away(storage, site):
    class Nowhere:
        port = port()

    lost = Site(Nowhere)
    lost.fails('away', 75, 'list')
    lost.end()


def keys(storage, site):
    for more, code, status in (({'secret': 'wrong'}, 'bad_keys', 77),
                               ({'key': 'test:nobody'}, 'bad_keys', 77),
                               ({'s3_bucket': 'another'}, 'no_bucket', 78),
                               ({'s3_region': 'eu-west-1'}, 'region', 78)):
        other = Site(storage, **more)
        other.fails(code, status, 'list')
        other.end()
    os.chmod(site.keys, 0o644)
    site.fails('bad_keys', 77, 'list')
    assert 'chmod 600' in site.err
    os.remove(site.keys)
    site.fails('bad_keys', 77, 'list')


def puts(storage):
    return [x.split('partNumber=')[1].split('&')[0] for x in storage.asked() if 'partNumber=' in x]


def killed(storage, site):
    path = site.file('abc.mp4', BIG)
    storage.asked(True)
    busy = site.start('save', 'abc')
    end = time.time() + 60
    while len(puts(storage)) < 3 and time.time() < end:
        time.sleep(0.002)
    busy.send_signal(signal.SIGKILL)
    busy.communicate()
    assert 3 <= len(puts(storage)) < 5, puts(storage)
    assert site.well('list')[-1].startswith('{"ok":true,"objects":0')
    time.sleep(1)  # what it still took in
    storage.asked(True)
    site.well('save', 'abc')
    assert '1' not in puts(storage) and '5' in puts(storage), puts(storage)
    assert len(puts(storage)) <= 3
    site.well('get', 'abc.mp4', path + '.again')
    assert read(path) == read(path + '.again')
    # another file of this name: nothing of the first one is taken for it
    path = site.file('abd.mp4', BIG)
    storage.asked(True)
    busy = site.start('save', 'abd')
    while len(puts(storage)) < 2 and time.time() < end + 60:
        time.sleep(0.002)
    busy.kill()
    busy.communicate()
    path = site.file('abd.mp4', BIG + 1)
    site.well('save', 'abd')
    site.well('get', 'abd.mp4', path + '.again')
    assert read(path) == read(path + '.again')
    # and what is begun goes with the rest
    site.file('abe.mp4', BIG)
    storage.asked(True)
    busy = site.start('save', 'abe')
    while len(puts(storage)) < 2 and time.time() < end + 120:
        time.sleep(0.002)
    busy.kill()
    busy.communicate()
    storage.asked(True)
    site.well('drop', 'abe.')
    assert [x for x in storage.asked() if x.startswith('DELETE') and 'uploadId=' in x]
    storage.asked(True)
    site.well('drop', 'abe.')
    assert not [x for x in storage.asked() if x.startswith('DELETE')]


def nobody_listens(storage, site):
    """It ends when who started it is gone."""
    site.file('abc.mp4', BIG)
    storage.fault('hang')
    busy = site.start('save', 'abc')
    time.sleep(1)
    busy.stdout.close()
    storage.fault()
    assert busy.wait(timeout=60) == 74


def tls(storage, site):
    cert, key = os.path.join(site.dir, 'cert.pem'), os.path.join(site.dir, 'key.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                    '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=storage',
                    '-addext', 'subjectAltName=IP:127.0.0.1'], check=True, capture_output=True)
    other = Storage((cert, key))
    known, stranger = (Site(other, scheme='https', s3_ca_file=cert), Site(other, scheme='https'))
    path = known.file('a.mp4', 3000)
    known.well('put', path)
    stranger.fails('tls', 78, 'list')
    for each in (known, stranger, other):
        each.end()


TESTS = [one_object, links, recording, free_only_what_is_there, unfinished, errors, damage, opaque_tags, slow, away,
         keys, killed, nobody_listens, tls]


def main():
    wanted = sys.argv[2:]
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        storage = Storage()
        site = Site(storage)
        begun = time.time()
        try:
            test(storage, site)
        finally:
            storage.end()
            site.end()
        print('%s: %.1f s' % (test.__name__, time.time() - begun), flush=True)


main()
