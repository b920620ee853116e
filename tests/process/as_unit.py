#!/usr/bin/python3
"""as_unit.py UNIT.service DROP-IN... -- COMMAND...: runs a command under the system call filters of a unit, which are made as systemd makes them (systemd.exec(5)).
Namespaces, file systems and the user are not its work. Needs Debian's python3-seccomp, so Debian's python."""
import errno
import os
import re
import subprocess
import sys

import seccomp
from seccomp import ALLOW, EQ, ERRNO, GT, KILL_PROCESS, MASKED_EQ, Arg, SyscallFilter

PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
S_ISUID, S_ISGID = 0o4000, 0o2000
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)  # CLONE_NEW*
KNOWN = {"SystemCallFilter", "SystemCallErrorNumber", "SystemCallArchitectures", "RestrictAddressFamilies", "MemoryDenyWriteExecute", "RestrictNamespaces", "RestrictSUIDSGID",
         "ProtectClock"}


def settings(files):
    """Every value of each of the settings that a filter is made of, in order; an empty one forgets those before."""
    out = {}
    for file in files:
        for line in open(file, encoding="utf-8"):
            match = re.match(r"(\w+)=(.*)", line)
            if match and match[1] in KNOWN:
                out[match[1]] = out.get(match[1], []) + [match[2].strip()] if match[2].strip() else []
    return out


def members(name):
    """The system calls of a set, by systemd's own tables."""
    if not name.startswith("@"):
        return {name}
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in said.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*map(members, words))


def allowed_calls(lines):
    # What systemd lets pass in every list of what is allowed.
    allowed = members("@default") | {"execve", "exit", "exit_group", "rt_sigreturn"}
    for line in lines:
        for word in line.lstrip("~").split():
            allowed = allowed - members(word) if line.startswith("~") else allowed | members(word)
    return allowed


def known_here(calls):
    """Tables have calls of other processors and newer kernels too."""
    return [call for call in sorted(calls) if seccomp.resolve_syscall(seccomp.Arch(), call) >= 0]


def refuse(rules):
    """Everything but this: (error, system call, conditions...)."""
    out = SyscallFilter(ALLOW)
    for error, call, *conditions in rules:
        out.add_rule(ERRNO(error), call, *conditions)
    out.load()


def confine(wanted):
    on = lambda key: wanted.get(key, ["no"])[-1] in ("yes", "true", "1")
    if "RestrictAddressFamilies" in wanted:
        import socket
        families = {getattr(socket, name) for line in wanted["RestrictAddressFamilies"] for name in line.split()}
        refuse([(errno.EAFNOSUPPORT, "socket", Arg(0, EQ, family)) for family in range(64) if family not in families] + [(errno.EAFNOSUPPORT, "socket", Arg(0, GT, 63))])
    if on("MemoryDenyWriteExecute"):
        refuse([(errno.EPERM, "mmap", Arg(2, MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC)), (errno.EPERM, "mprotect", Arg(2, MASKED_EQ, PROT_EXEC, PROT_EXEC)),
                (errno.EPERM, "pkey_mprotect", Arg(2, MASKED_EQ, PROT_EXEC, PROT_EXEC)), (errno.EPERM, "shmat", Arg(2, MASKED_EQ, SHM_EXEC, SHM_EXEC))])
    if on("RestrictNamespaces"):
        refuse([(errno.EPERM, call, Arg(0, MASKED_EQ, flag, flag)) for call in ("clone", "unshare") for flag in NAMESPACES] + [(errno.EPERM, "setns"), (errno.ENOSYS, "clone3")])
    if on("RestrictSUIDSGID"):
        modes = (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2))
        refuse([(errno.EPERM, call, Arg(at, MASKED_EQ, bit, bit)) for call, at in modes for bit in (S_ISUID, S_ISGID)])
    if on("ProtectClock"):
        refuse([(errno.EPERM, call) for call in known_here(members("@clock"))])
    number = wanted.get("SystemCallErrorNumber", [""])[-1]
    out = SyscallFilter(ERRNO(getattr(errno, number)) if number else KILL_PROCESS)
    for call in known_here(allowed_calls(wanted["SystemCallFilter"])):
        out.add_rule(ALLOW, call)
    out.load()


if __name__ == "__main__":
    end = sys.argv.index("--")
    confine(settings(sys.argv[1:end]))
    os.execvp(sys.argv[end + 1], sys.argv[end + 1:])
