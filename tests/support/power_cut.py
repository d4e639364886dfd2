"""What a disk has left after a power cut, made of what tests/crash/forget.c kept.

    disk = Disk(spool, directory)      before the pass; the pass gets disk.environment()
    disk.cut(manner, seed)             after it was killed: the spool is now what a disk might have

A file that was not synced since it was written has its bytes of the last sync, or none; a name that was made, moved
or removed since the last sync of its directory is not made, moved or removed. A disk may also keep some of
what nobody asked it to keep, so there are three manners."""

import os
import random
import shutil

FORGOTTEN = "all that was not synced is lost"
NAMES_KEPT = "names are kept, unsynced bytes are lost"
MIXED = "some of what was not synced is lost"
MANNERS = (FORGOTTEN, NAMES_KEPT, MIXED)


class Disk:
    def __init__(self, spool, directory):
        self.spool, self.directory = spool, directory
        self.held = []  # descriptors: while one is open its inode's number is given to no other
        os.mkdir(directory)
        if os.path.exists(spool):
            for path in (os.path.dirname(spool), *walk(spool)):
                self.keep(path)

    def environment(self):
        return {"LODGE_FORGET_ROOT": self.spool, "LODGE_FORGET_DISK": self.directory}

    def kept(self, kind, inode):
        return os.path.join(self.directory, f"{kind}-{inode}")

    def keep(self, path):
        """What is there before the pass was synced long ago."""
        inode = os.stat(path).st_ino
        if not os.path.isdir(path):
            os.link(path, self.kept("hold", inode))
            shutil.copyfile(path, self.kept("bytes", inode))
            return
        self.held.append(os.open(path, os.O_RDONLY))
        with open(self.kept("names", inode), "w") as file:
            for entry in os.scandir(path):
                file.write(f"{entry.inode()} {'d' if entry.is_dir() else 'f'} {entry.name}\n")

    def cut(self, manner, seed=0):
        """Returns how many names and files of before the cut are not what they were."""
        parent, name = os.path.split(self.spool)
        self.chance = random.Random(seed)
        self.manner, self.lost = manner, 0
        self.live = {os.stat(path).st_ino: path for path in walk(self.spool)}
        after = self.spool + ".after"
        found = self.names(os.stat(parent).st_ino, parent, only=name).get(name)
        if found:
            self.restore(*found, after)
        shutil.rmtree(self.spool, ignore_errors=True)
        if found:
            os.rename(after, self.spool)
        shutil.rmtree(self.directory)
        for descriptor in self.held:
            os.close(descriptor)
        return self.lost

    def is_lost(self):
        return self.manner == FORGOTTEN or self.manner == MIXED and self.chance.random() < 0.5

    def names(self, inode, live, only=None):
        """What a directory holds: {name: (inode, is a directory)}. live: where it is now, None when nowhere."""
        now, synced = {}, {}
        if live is not None:
            now = {e.name: (e.inode(), e.is_dir()) for e in os.scandir(live) if only in (None, e.name)}
            if not self.is_lost():
                return now
        if os.path.exists(self.kept("names", inode)):
            with open(self.kept("names", inode)) as file:
                for number, kind, name in (line.rstrip("\n").split(" ", 2) for line in file):
                    if only in (None, name):
                        synced[name] = int(number), kind == "d"
        self.lost += len(now.items() ^ synced.items())
        return synced

    def restore(self, inode, is_directory, target):
        live = self.live.get(inode)
        if not is_directory:
            self.restore_file(inode, live, target)
            return
        os.mkdir(target, 0o700)
        for name, below in sorted(self.names(inode, live).items()):
            self.restore(*below, os.path.join(target, name))

    def restore_file(self, inode, live, target):
        synced, held = self.kept("bytes", inode), self.kept("hold", inode)
        now = live or (held if os.path.exists(held) else None)
        if self.manner == MIXED and now is not None and not self.is_lost():
            shutil.copy(now, target)
            return
        if os.path.exists(synced):
            shutil.copyfile(synced, target)
        else:
            open(target, "xb").close()
        if now is not None:
            shutil.copymode(now, target)
            with open(now, "rb") as before, open(target, "rb") as after:
                self.lost += before.read() != after.read()


def walk(path):
    if os.path.exists(path):
        yield path
    for folder, directories, files in os.walk(path):
        yield from (os.path.join(folder, name) for name in directories + files)
