#!/usr/bin/python3
"""The Debian packages of a folder: what lintian says, unpacked by themselves, and in a Debian that has nothing else. packages_test.py FOLDER"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT, Lab, need, run

FOLDER = pathlib.Path(sys.argv[1])
PACKAGES = {each.name.split("_")[0]: each for each in FOLDER.glob("*.deb")}
TOOLS = ["gcc", "libc6-dev", "pkg-config", "python3-minimal"]


def mirror() -> str:
    """From where this machine has its own packages."""
    places = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    return next((each for each in places if each.rstrip("/").endswith("/debian")), "http://deb.debian.org/debian/")


class Packages(unittest.TestCase):
    def test_names(self):
        self.assertEqual({each for each in PACKAGES if "dbgsym" not in each}, {"eidkern", "libeidkern-dev", "libeidkern-lab0", "libeidkern0"})

    def test_lintian(self):
        done = subprocess.run([need("lintian"), "--allow-root", "--fail-on=error,warning", "--tag-display-limit=0", next(FOLDER.glob("*.changes"))],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, ""), done.stderr)

    def test_unpacked(self):
        with tempfile.TemporaryDirectory() as root:
            for name in ("libeidkern0", "libeidkern-lab0", "eidkern"):
                run("dpkg", "-x", PACKAGES[name], root)
            libraries = next(pathlib.Path(root).rglob("libeidkern.so.0")).parent
            environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries)}
            libraries_of = run("ldd", f"{root}/usr/bin/eidkern", env=environment)
            self.assertNotIn("not found", libraries_of)
            self.assertIn(str(libraries), libraries_of)
            self.assertNotRegex(run("readelf", "-d", f"{root}/usr/bin/eidkern"), "RPATH|RUNPATH")
            self.assertIn("eidkern ", run(f"{root}/usr/bin/eidkern", "version", env=environment))


class CleanDebian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        bootstrap = need("mmdebstrap")
        if os.geteuid() != 0:
            print("SKIP   : a clean Debian can be entered by root only", flush=True)
            raise unittest.SkipTest("not root")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name) / "root"
        done = subprocess.run([bootstrap, "--variant=apt", "--skip=cleanup/apt/lists", "--dpkgopt=force-unsafe-io", f"--include={','.join(TOOLS)}",
                               "bookworm", str(cls.root), mirror()], capture_output=True, text=True, timeout=900)
        if done.returncode:
            why = [line for line in done.stderr.splitlines() if line.startswith("E:")] or ["it says no reason"]
            print(f"SKIP   : no clean Debian can be made here: {why[0]}", flush=True)
            raise unittest.SkipTest("no clean Debian")

    def inside(self, *command):
        return run("chroot", self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive", *command, timeout=600)

    def leftovers(self):
        return run("find", self.root, "-xdev", "-name", "*eidkern*", "-not", "-path", "*/packages/*", "-not", "-path", "*/var/log/*").split()

    def test_installed_used_and_purged(self):
        self.assertEqual(self.leftovers(), [])
        (self.root / "packages").mkdir()
        for name, file in PACKAGES.items():
            if "dbgsym" not in name:
                shutil.copy(file, self.root / "packages")
        self.inside("sh", "-c", "apt-get install -y --no-install-recommends /packages/*.deb")

        self.assertIn("eidkern ", self.inside("eidkern", "version"))
        self.assertTrue(json.loads(self.inside("eidkern", "demo", "--json").splitlines()[-1])["ok"])
        shutil.copy(ROOT / "examples/c/login.c", self.root / "packages")
        self.inside("sh", "-euc", "cd /packages; gcc -std=c99 -Wall -Werror login.c -o login $(pkg-config --cflags --libs eidkern)")
        with Lab("chroot", self.root, "eidkern", pki="/packages/pki") as lab:
            self.assertIn("\nSuccess\n", self.inside("/packages/login", lab.address["tcTokenUrl"], lab.address["cvca"]))

        self.inside("sh", "-c", "apt-get purge -y eidkern libeidkern0 libeidkern-lab0 libeidkern-dev")
        self.assertEqual(self.leftovers(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
