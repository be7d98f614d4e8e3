"""Hostile submissions: each gets its verdict, sees nothing that it is not given, and leaves nothing behind.

A program that attacks something prints the right answer if it came to nothing: then AC says that the defence holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.cp.problem import Case, Problem
from tests.support.cp import LIMITS, Judge, case, judge, problem, program, sums

pytestmark = pytest.mark.docker

# What nobody but the validator may ever see; put together, so that no source of a submission holds it.
MARK = "-".join(["nobody", "sees", "this"])
ACCEPTS = f"import sys\n# {MARK}\nsys.exit(42 if sys.stdin.read().strip() == 'clean' else 43)\n"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with judge(tmp_path_factory.mktemp("builds")) as made:
        yield made


def clean(count: int = 3, **more: object) -> Problem:
    """Cases that ask for the word "clean"; input and answer hold what must not be found in the next case."""
    cases = [case(str(n), f"{n}\n", f"{MARK} {n}") for n in range(count)]
    facts = {"limits": replace(LIMITS, memory=256), "validator": program("check.py", ACCEPTS), **more}
    return problem(cases, **facts)


@pytest.mark.parametrize(
    ("name", "source", "verdicts"),
    [
        ("fork-bomb.c", "#include <unistd.h>\nint main(){for(;;)fork();}", {"TLE"}),
        ("fork-bomb.py", "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n", {"TLE", "MLE"}),
        (
            "threads.cpp",
            "#include <thread>\n#include <vector>\nusing namespace std;\nint main(){vector<thread> all;"
            "for(int i=0;i<5000;i++)all.emplace_back([]{for(;;)this_thread::sleep_for(1s);});}",
            {"RTE", "TLE"},
        ),
        ("memory.cpp", "#include <vector>\nint main(){std::vector<char> v(4ll<<30,1);return v[77]-1;}", {"MLE"}),
        (
            "memory-of-many.py",
            "import os, time\nfor _ in range(8):\n    if not os.fork(): break\nx = b'x' * (40 << 20)\ntime.sleep(3)\n",
            {"MLE"},
        ),
        ("complains.py", "import os\nwhile True: os.write(2, b'x' * 65536)\n", {"OLE", "RTE"}),
        ("sparse.py", "import os\nos.lseek(1, 1 << 40, 0)\nos.write(1, b'x')\n", {"OLE", "RTE"}),
        ("stubborn.py", "import signal, time\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
         "    except OSError: pass\ntime.sleep(100)\n", {"TLE"}),
        ("recursion.cpp", "int f(int n){volatile int x=n; return n?f(n+1)+x:0;}\nint main(){return f(1);}",
         {"MLE", "RTE"}),
        ("exit-like-a-validator.py", "import sys\nprint(11)\nsys.exit(42)\n", {"RTE"}),
        ("ends-itself.c", "#include <signal.h>\nint main(){kill(0, 9); kill(-1, 9);}", {"RTE"}),
        ("closes-all.py", "import os\nos.closerange(0, 100)\n", {"WA", "RTE"}),
    ],
)  # fmt: skip
def test_every_attack_has_its_verdict_and_the_next_submission_is_judged(
    judged: Judge, name: str, source: str, verdicts: set[str]
) -> None:
    assert judged.verdicts(sums(1), name, source) in verdicts
    assert judged.verdicts(sums(1), "right.py", "print(sum(map(int, input().split())))") == "AC"


LOOKS = """
import os, stat
mark = "-".join(["nobody", "sees", "this"]).encode()
found = []
def look(path):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode): return
        with open(path, "rb") as file:
            if mark in file.read(1 << 20): found.append(path)
    except (OSError, ValueError): pass
for top in ("/judge", "/tmp", "/dev", "/run", "/var", "/home", "/root", "/etc", "/opt", "/srv", "/mnt"):
    for folder, folders, names in os.walk(top):
        for name in names: look(os.path.join(folder, name))
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid(): continue
    for name in ("environ", "cmdline", "mem", "maps", "stack"): look("/proc/%s/%s" % (pid, name))
    try: fds = os.listdir("/proc/%s/fd" % pid)
    except OSError: fds = []
    for fd in fds: look("/proc/%s/fd/%s" % (pid, fd))
for path in ("/judge/check/judge.ans", "/judge/check/judge.in", "/judge/validator/check.py", "/judge/case/input"):
    try: open(path).read(); found.append(path)
    except OSError: pass
print(*found or ["clean"])
"""


def test_answers_validators_and_other_cases_are_nowhere(judged: Judge) -> None:
    assert judged.verdicts(clean(), "looks.py", LOOKS, limit=5.0) == "AC AC AC"


WRITES = """
import os
done = []
targets = ["/judge/check/feedback/score.txt", "/judge/check/judge.ans", "/judge/check/x", "/judge/validator/check.py",
           "/judge/case/output", "/judge/x", "/proc/1/mem"]
targets += ["/judge/%s/x" % name for name in ("program", "build", "work")]
for top in ("/judge", "/tmp", "/dev", "/run", "/var", "/home", "/usr", "/etc"):
    for folder, folders, names in os.walk(top):
        if not folder.startswith("/dev/pts"):
            targets.append(os.path.join(folder, "left-behind"))
for path in targets:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666))
        done.append(path)
    except OSError: pass
    try: os.unlink(path); done.append(path)
    except OSError: pass
    try: os.chmod(path, 0o777); done.append(path)
    except OSError: pass
print(*done or ["clean"])
"""


def test_there_is_no_place_to_write_to(judged: Judge) -> None:
    assert judged.verdicts(clean(), "writes.py", WRITES, limit=5.0) == "AC AC AC"


ATTACKS = r"""
#include <bits/stdc++.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>
int main() {
    std::string reached;
    for (int pid = 1; pid < 400; pid++) {
        if (pid == getpid()) continue;
        if (kill(pid, 0) == 0) reached += " signal" + std::to_string(pid);
        kill(pid, SIGKILL); kill(pid, SIGSTOP);
        if (ptrace(PTRACE_ATTACH, pid, 0, 0) == 0) reached += " trace";
        char byte = 1; iovec here{&byte, 1}, there{(void *)0x400000, 1};
        if (process_vm_writev(pid, &here, 1, &there, 1, 0) > 0) reached += " memory";
        for (const char *name : {"mem", "fd/0", "fd/1", "fd/3", "oom_score_adj", "comm"}) {
            std::string path = "/proc/" + std::to_string(pid) + "/" + name;
            int fd = open(path.c_str(), O_RDWR);
            if (fd >= 0) reached += " " + path;
        }
        setpriority(PRIO_PROCESS, pid, 19);
    }
    kill(-getppid(), SIGKILL);
    if (setuid(0) == 0 || setresuid(1001, 1001, 1001) == 0 || setgid(1001) == 0) reached += " user";
    rlimit more{RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &more) == 0 || setrlimit(RLIMIT_CPU, &more) == 0) reached += " limits";
    puts(reached.empty() ? "clean" : reached.c_str());
}
"""


def test_the_judge_is_out_of_reach(judged: Judge) -> None:
    assert judged.verdicts(clean(), "attacks.cpp", ATTACKS, limit=2.0) == "AC AC AC"


REMEMBERS = r"""
#include <bits/stdc++.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    std::string left;
    if (shmget(77, 4096, IPC_CREAT | 0666) >= 0) left += " shm";
    if (msgget(77, IPC_CREAT | 0666) >= 0) left += " msg";
    if (semget(77, 1, IPC_CREAT | 0666) >= 0) left += " sem";
    if (mq_open("/seventyseven", O_CREAT | O_RDWR, 0666, nullptr) != (mqd_t)-1) left += " mq";
    if (shm_open("/seventyseven", O_CREAT | O_RDWR, 0666) >= 0) left += " shm_open";
    if (sem_open("/seventyseven", O_CREAT, 0666, 1) != SEM_FAILED) left += " sem_open";
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0) left += " tcp";
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0) left += " unix";
    if (syscall(SYS_add_key, "user", "x", "y", 1, -4) >= 0) left += " key";
    if (syscall(425, 4, left.data()) >= 0) left += " ring";
    struct stat before, after;
    stat("/judge/program/remembers.cpp", &before);
    sleep(1);
    { std::ifstream read("/judge/program/remembers.cpp"); std::string word; read >> word; }
    stat("/judge/program/remembers.cpp", &after);
    if (before.st_atime != after.st_atime) left += " atime";
    if (fork() == 0) {
        setsid();
        if (fork()) _exit(0);
        for (int n = 1; n < 32; n++) signal(n, SIG_IGN);
        close(0); close(1); close(2);
        for (;;) pause();
    }
    int mine = 0;
    for (auto &entry : std::filesystem::directory_iterator("/proc")) {
        struct stat facts;
        std::string name = entry.path().filename();
        if (isdigit(name[0]) && stat(entry.path().c_str(), &facts) == 0 && facts.st_uid == 1000) mine++;
    }
    if (mine > 3) left += " process";
    puts(left.empty() ? "clean" : left.c_str());
}
"""


def test_nothing_lasts_from_one_case_to_the_next(judged: Judge) -> None:
    assert judged.verdicts(clean(), "remembers.cpp", REMEMBERS, limit=2.0) == "AC AC AC"


DIGS = """
import os
print("clean" if os.listdir(".") == ["digs.py"] else os.listdir("."))
for name in ("wide", "deep"): os.mkdir(name)
for n in range(300): os.mkdir("wide/%d" % n); open("wide/%d/x" % n, "w").close(); os.chmod("wide/%d" % n, 0)
os.chdir("deep")
for _ in range(1500):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
"""


def test_directories_as_deep_as_they_come_are_gone_in_the_next_case(judged: Judge) -> None:
    assert judged.verdicts(clean(may_write_files=True), "digs.py", DIGS, limit=3.0) == "AC AC AC"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("templates.cpp", "template<int N> struct A{ static const long v = A<N+1>::v + A<N+2>::v; };\n"
         "int main(){ return A<0>::v; }\n#pragma GCC optimize(\"-ftemplate-depth=1000000\")\n"),
        ("standard-input.cpp", '#include "/dev/stdin"\n'),
        ("random.cpp", '#include "/dev/urandom"\n'),
        ("zero.c", '#include "/dev/zero"\n'),
        ("itself.c", '#include "itself.c"\n#include "itself.c"\nint main(){}\n'),
        ("large.c", "char all[1u << 30] = {1};\nint main(){return all[5];}\n"),
        ("validator.cpp", '#include "/judge/validator/check.py"\nint main(){}\n'),
        ("shadow.c", 'asm(".incbin \\"/etc/shadow\\"");\nint main(){}\n'),
        ("memory.c", 'asm(".incbin \\"/proc/1/environ\\"");\nint main(){}\n'),
    ],
)  # fmt: skip
def test_sources_that_attack_the_compiler(judged: Judge, name: str, source: str) -> None:
    limits = replace(LIMITS, compilation_time=4, compilation_memory=512)
    found = judged(clean(1, limits=limits), name, source)
    assert found.outcome.verdict == "CE"
    assert MARK not in found.compiler


def test_an_interactor_is_out_of_reach_too(judged: Judge) -> None:
    interactor = "import sys\nprint('go', flush=True)\nsys.exit(42 if input() == 'clean' else 43)\n"
    source = (
        "import os, signal\ninput()\nreached = []\n"
        "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    if int(pid) == os.getpid(): continue\n"
        "    for try_it in (lambda: os.kill(int(pid), 9), lambda: os.listdir('/proc/%s/fd' % pid),\n"
        "                   lambda: open('/proc/%s/mem' % pid, 'rb')):\n"
        "        try: try_it(); reached.append(pid)\n"
        "        except OSError: pass\n"
        "for path in ('/judge/check/judge.ans', '/judge/check/judge.in', '/judge/check/feedback/score.txt'):\n"
        "    try: open(path); reached.append(path)\n"
        "    except OSError: pass\n"
        "print(*reached or ['clean'])\n"
    )
    cases: list[Case] = [case(str(n), MARK, MARK) for n in range(2)]
    asked = problem(cases, validator=program("talks.py", interactor), is_interactive=True)
    assert judged.verdicts(asked, "reaches.py", source, limit=2.0) == "AC AC"


def test_nothing_is_left_in_the_engine(judged: Judge) -> None:
    judged.verdicts(sums(1), "sleeps.py", "import time\ntime.sleep(60)")
    label = f"roadtest.run={judged.host.run}"
    assert not judged.host.client.containers.list(all=True, filters={"label": label})
