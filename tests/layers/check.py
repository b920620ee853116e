#!/usr/bin/env python3
"""Reads every source and fails on an include that ARCHITECTURE section 3 does not allow, on a library outside its module, on an unknown folder, and on a clock
call below `runtime`. `check.py ROOT` checks a tree; `check.py --self-test ROOT` shows on copies with one mistake each that it can fail."""
import pathlib
import re
import shutil
import sys
import tempfile

MAY_INCLUDE = {
    "base": "",
    "net": "base",
    "wire": "base net",
    "model": "base net",
    "capture": "base net",
    "observe": "base net wire model",
    "identity": "base net model",
    "classify": "base net model",
    "policy": "base net model",
    "account": "base net model",
    "enforce": "base net wire model",
    "store": "base net model",
    "report": "base net model",
    "evidence": "base net model store report",
    "config": "base net model identity classify policy account",
    "pipeline": "base net wire model observe identity classify policy account",
}
MAY_INCLUDE["runtime"] = " ".join(MAY_INCLUDE)
MAINS = {
    "daemon": "runtime config base",
    "tools": "runtime config base capture wire observe evidence report net model",
}
# Libraries of others, and where their headers may stand (never in a public header).
CONFINED = {
    r"pcap(/|\.h)": "capture",
    r"openssl/": "wire evidence config runtime",
    r"idn2\.h": "net",
    r"libpsl\.h": "classify",
    r"libnetfilter_|libmnl/|nftables/": "enforce",
    r"sqlite3\.h": "store",
    r"zlib\.h": "store",
    r"toml\+\+/": "config",
    r"archive(_entry)?\.h": "config evidence",
    r"nlohmann/": "report evidence runtime tools",
    r"boost/": "runtime",
    r"curl/": "runtime",
    r"systemd/": "runtime",
    r"CLI/": "daemon tools",
    r"spdlog/": "runtime daemon tools",
}
CLOCK = re.compile(
    r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock)::now\b|\b(clock_gettime|gettimeofday|timespec_get|localtime|localtime_r|tzset)\s*\("
    r"|(?<![\w:.>])(std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def code_of(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def findings(root):
    out = []
    for top in ("lib", "include/edgewatch", "daemon", "tools"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".h", ".inc"):
                continue
            parts = path.relative_to(root / top).parts
            module = top if top in MAINS else parts[0] if len(parts) > 1 else ""
            public = top.startswith("include")
            name = path.relative_to(root)
            if module not in MAY_INCLUDE and module not in MAINS:
                out.append(f"{name}: no module is called '{module}'; ARCHITECTURE section 3 lists them")
                continue
            allowed = set((MAINS.get(module) or MAY_INCLUDE[module]).split()) | {module}
            text = path.read_text(encoding="utf-8")
            for included in INCLUDE.findall(text):
                if included.startswith("edgewatch/"):
                    other = included.split("/")[1]
                    if other not in allowed:
                        out.append(f"{name}: {module} may not include {other} ({included})")
                for pattern, homes in CONFINED.items():
                    if re.match(pattern, included) and (module not in homes.split() or public):
                        out.append(f"{name}: <{included}> belongs in .cpp files of {homes}")
            if module != "runtime" and module not in MAINS and CLOCK.search(code_of(text)):
                out.append(f"{name}: asks a clock below runtime; time is data (ARCHITECTURE D2, law)")
    for top in ("lib", "include/edgewatch"):
        for folder in (root / top).iterdir():
            if folder.is_dir() and folder.name not in MAY_INCLUDE:
                out.append(f"{folder.relative_to(root)}: no module has this name")
    for folder in sorted((root / "lib").iterdir()):
        if folder.is_dir() and any(folder.glob("*.cpp")) and not (folder / "README.md").is_file():
            out.append(f"{folder.relative_to(root)}: has no README.md (ARCHITECTURE section 7)")
    return out


MISTAKES = {
    "lib/net/a_test_mistake.cpp": '#include "edgewatch/store/ledger.hpp"\n',
    "lib/policy/a_test_mistake.cpp": '#include "edgewatch/identity/register.hpp"\n',
    "lib/report/a_test_mistake.cpp": "#include <sqlite3.h>\n",
    "include/edgewatch/store/a_test_mistake.hpp": "#include <sqlite3.h>\n",
    "lib/account/a_test_mistake.cpp": "auto now() { return std::chrono::system_clock::now(); }\n",
    "lib/observe/a_test_mistake.cpp": "long now() { return time(nullptr); }\n",
    "lib/helpers/a_test_mistake.cpp": "int x;\n",
}


def self_test(root):
    missed = 0
    for mistake, text in MISTAKES.items():
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            for top in ("lib", "include", "daemon", "tools"):
                shutil.copytree(root / top, copy / top)
            (copy / mistake).parent.mkdir(parents=True, exist_ok=True)
            (copy / mistake).write_text(text, encoding="utf-8")
            if not any("a_test_mistake" in line or "helpers" in line for line in findings(copy)):
                print(f"the check does not see {mistake}: {text!r}")
                missed += 1
    return missed


def main():
    root = pathlib.Path(sys.argv[-1]).resolve()
    if "--self-test" in sys.argv:
        sys.exit(1 if self_test(root) else 0)
    problems = findings(root)
    print("\n".join(problems) or "every include and every clock is where it belongs")
    sys.exit(1 if problems else 0)


main()
