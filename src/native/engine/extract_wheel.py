"""Takes the libraries and headers of a wheel (a zip archive) apart: `extract_wheel.py WHEEL TARGET PREFIX...`.

Only members under the prefixes are written, each below the target. Prints `done total` in bytes as it goes.
"""

import os
import sys
import zipfile

wheel, target, *wanted = sys.argv[1:]
root = os.path.realpath(target)
with zipfile.ZipFile(wheel) as archive:
    members = [m for m in archive.infolist() if not m.is_dir() and m.filename.startswith(tuple(wanted))]
    total, done, printed = sum(m.file_size for m in members), 0, -1
    for member in members:
        path = os.path.realpath(os.path.join(root, member.filename))
        if not path.startswith(root + os.sep):
            sys.exit("the wheel has a member outside its own folder: " + member.filename)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(member) as source, open(path, 'wb') as out:
            while chunk := source.read(1 << 20):
                out.write(chunk)
                done += len(chunk)
                if done * 100 // total != printed:
                    printed = done * 100 // total
                    print(done, total, flush=True)
