"""Services that are not ours, in real containers: seeded, changed by what the agent may use, exported, in bounds."""

from __future__ import annotations

import json

import docker
import pytest

from sandbox.env.service_images import ensure_service
from tests.support.service_containers import Running, end_of, service_container

pytestmark = pytest.mark.docker

SQL = """
CREATE TABLE orders (id bigint PRIMARY KEY, item text NOT NULL, price numeric(12, 2), paid boolean DEFAULT false);
CREATE TABLE lines (nr int, order_id bigint REFERENCES orders, what json, PRIMARY KEY (order_id, nr));
CREATE TABLE notes (body text);
CREATE TABLE secrets (id int PRIMARY KEY, word text);
INSERT INTO orders VALUES (1, 'chair', 10.50), (2, 'dîsk', 123456789012345.10 / 100000);
INSERT INTO lines VALUES (2, 1, '{"weight": 1.00000000000000000001}');
INSERT INTO notes VALUES ('a'), ('a');
INSERT INTO secrets VALUES (1, 'hidden');
GRANT SELECT, INSERT, UPDATE ON orders, notes TO agent;
CREATE SCHEMA own AUTHORIZATION agent;
SET ROLE agent;
"""
FORBIDDEN_SQL = (
    "SELECT * FROM secrets",
    "DELETE FROM orders",
    "CREATE TABLE public.more (a int)",
    "COPY notes TO PROGRAM 'true'",
    "COPY notes FROM '/etc/passwd'",
    "SELECT pg_read_file('/opt/postgres/reader')",
    "SELECT lo_create(0)",
    "SELECT lo_import('/etc/passwd')",
    "SET ROLE roadtest",
    "SET SESSION AUTHORIZATION reader",
    "CREATE ROLE another SUPERUSER",
    "ALTER ROLE agent SUPERUSER",
    "GRANT pg_read_all_data TO agent",
    "CREATE DATABASE another",
    "CREATE EXTENSION dblink",
    "ALTER SYSTEM SET fsync = on",
    "CREATE FUNCTION own.f() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
    "SELECT pg_reload_conf()",
    "SELECT count(*)/0 FROM pg_authid",
)


def psql(service: Running, *statements: str) -> tuple[int, str]:
    """What statements of the agent's print, one after the other through the relay."""
    words = [word for statement in statements for word in ("-c", statement)]
    command = ["psql", "-X", "-At", "-h", "127.0.0.5", "-U", "agent", "app", *words]
    return service.run(command, {"PGPASSWORD": "agent"})


@pytest.fixture(scope="module")
def postgres(engine: docker.DockerClient):  # type: ignore[no-untyped-def]
    with service_container(engine, "postgres", SQL) as service:
        yield service


def test_postgres_exports_what_the_role_of_the_agent_changed_and_nothing_else(postgres: Running) -> None:
    before = postgres.state()
    assert before["postgres"]["orders"]["2"]["item"] == "dîsk"
    code, printed = psql(
        postgres,
        "UPDATE orders SET paid = true WHERE id = 1",
        "INSERT INTO notes VALUES ('a')",
        "CREATE TABLE own.plan (id int PRIMARY KEY)",
        "INSERT INTO own.plan VALUES (7)",
        "SELECT price FROM orders WHERE id = 1",
    )
    assert (code, printed.splitlines()[-1]) == (0, "10.50"), printed
    changes = postgres.changes_since(before)
    rows = [change for change in changes if change.collection != "_schema"]
    assert [(change.collection, change.kind, sorted(change.fields)) for change in rows] == [
        ("notes", "created", ["body"]),
        ("orders", "changed", ["paid"]),
        ("own.plan", "created", ["id"]),
    ]
    assert rows[1].key == "1"
    created = {change.key for change in changes if change.collection == "_schema"}
    assert created == {"table own.plan", "column own.plan.id", "constraint own.plan.plan_pkey", "index own.plan_pkey"}
    assert b"1.00000000000000000001" in postgres.export()
    kinds = [line["kind"] for line in postgres.log()]
    assert kinds.count("connection") == kinds.count("closed") > 0


def test_the_role_of_the_agent_can_do_nothing_that_the_seed_did_not_give_it(postgres: Running) -> None:
    before = postgres.state()
    _, printed = psql(postgres, *FORBIDDEN_SQL)
    errors = [line for line in printed.splitlines() if line.startswith("ERROR:")]
    assert len(errors) == len(FORBIDDEN_SQL), printed
    assert not [line for line in errors if "syntax" in line or "does not exist" in line], printed
    assert postgres.changes_since(before) == ()
    for role, database in (("roadtest", "app"), ("reader", "app"), ("agent", "postgres")):
        command = ["psql", "-X", "-h", "127.0.0.5", "-U", role, database, "-c", "SELECT 1"]
        code, printed = postgres.run(command, {"PGPASSWORD": "agent"})
        assert code == 2, printed


def test_what_an_agent_makes_is_not_run_by_the_export(postgres: Running) -> None:
    code, printed = psql(
        postgres,
        "CREATE TYPE own.odd AS (a int)",
        "CREATE FUNCTION own.tell(own.odd) RETURNS json LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'called'; END$$",
        "CREATE CAST (own.odd AS json) WITH FUNCTION own.tell(own.odd)",
        "CREATE FUNCTION own.format(text, text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$",
        "CREATE TABLE own.deep (id int PRIMARY KEY, nested json)",
        "INSERT INTO own.deep SELECT 1, (repeat('[', 3000) || repeat(']', 3000))::json",
    )
    assert code == 0, printed
    assert "nested too deeply" in postgres.state()["postgres"]["own.deep"]["1"]


def test_a_database_that_dies_ends_its_service(engine: docker.DockerClient) -> None:
    with service_container(engine, "postgres") as service:
        kill = "import glob, os; os.kill(int(open(glob.glob('/tmp/*/cluster/postmaster.pid')[0]).readline()), 9)"
        service.python(kill)
        assert end_of(service.container) == (3, "roadtest postgres: postgres has ended (-9)\n")


def test_an_image_that_is_there_is_not_built_again(engine: docker.DockerClient, postgres: Running) -> None:
    said: list[str] = []
    tag = ensure_service(engine, "postgres", say=said.append)
    assert said == []
    assert tag in (postgres.container.image.tags if postgres.container.image else [])


def test_a_seed_that_does_not_hold_is_said(engine: docker.DockerClient) -> None:
    with (
        pytest.raises(AssertionError, match=r"seed\.sql:2: ERROR: relation .nothing. does not exist"),
        service_container(engine, "postgres", "SELECT 1;\nSELECT * FROM nothing;"),
    ):
        pass


KEYS = {
    "strings": {"greeting": "hello", "count": 1},
    "hashes": {"user:1": {"name": "Ada"}},
    "lists": {"todo": ["a", "b"]},
    "sets": {"tags": ["y", "x"]},
    "sorted_sets": {"ranks": {"ada": 1.5}},
    "streams": {"news": [{"text": "n"}]},
}
FORBIDDEN_COMMANDS = (
    "CONFIG GET *",
    "CONFIG SET maxmemory 0",
    "ACL LIST",
    "ACL SETUSER agent +@all",
    "FLUSHALL",
    "SHUTDOWN NOSAVE",
    "DEBUG SLEEP 0",
    "SAVE",
    "BGREWRITEAOF",
    "MODULE LOAD /tmp/x.so",
    "REPLICAOF 127.0.0.1 1",
    "CLIENT KILL TYPE normal",
    "MONITOR",
    "MIGRATE 127.0.0.1 1 greeting 0 1",
    "FUNCTION FLUSH",
    "EVAL 'return 1' 0",
)


@pytest.mark.slow
def test_redis_exports_what_the_user_of_the_agent_changed_and_nothing_else(engine: docker.DockerClient) -> None:
    with service_container(engine, "redis", json.dumps(KEYS)) as service:
        before = service.state()
        assert before["redis"]["sets"]["tags"] == {"items": ["x", "y"]}
        assert str(before["redis"]["sorted_sets"]["ranks"]["scores"]["ada"]) == "1.5"
        assert before["redis"]["streams"]["news"] == {"entries": {"0-1": {"text": "n"}}}
        client = ["redis-cli", "-h", "127.0.0.5", "--user", "agent", "--pass", "agent", "--no-auth-warning"]
        write = 'HSET user:1 name Grace\nRPUSH todo c\nDEL greeting\nSET raw "\\xff"\nEXPIRE count 1000\nKEYS *\n'
        code, printed = service.run(["sh", "-c", 'printf "%s" "$0" | "$@"', write, *client])
        assert code == 0 and "ERR" not in printed, printed
        changes = service.changes_since(before)
        assert [(change.collection, change.key, change.kind) for change in changes] == [
            ("expiries", "count", "created"),
            ("hashes", "user:1", "changed"),
            ("lists", "todo", "changed"),
            ("strings", "greeting", "deleted"),
            ("strings", "raw", "created"),
        ]
        assert changes[-1].row == {"value": "\\xff"}
        again = service.state()
        forbidden = "\n".join(FORBIDDEN_COMMANDS)
        _, printed = service.run(["sh", "-c", 'printf "%s\\n" "$0" | "$@"', forbidden, *client])
        refused = [line for line in printed.splitlines() if line.startswith("NOPERM") or "command not allowed" in line]
        assert len(refused) == len(FORBIDDEN_COMMANDS), printed
        _, printed = service.run(["redis-cli", "-h", "127.0.0.5", "GET", "count"])
        assert "NOAUTH" in printed
        assert service.changes_since(again) == ()


@pytest.mark.slow
def test_postgres_says_that_it_holds_more_than_can_be_told(engine: docker.DockerClient) -> None:
    """Rows that are small where they lie and large when they are read: who fills it has not the sandbox at fault."""
    with service_container(engine, "postgres", SQL) as service:
        asked = ["python3", "-c", STATUS, "/run/roadtest/service.sock"]
        assert service.run(asked) == (0, "200\n")
        code, printed = psql(service, "INSERT INTO notes SELECT repeat('x', 1000000) FROM generate_series(1, 700)")
        assert code == 0, printed
        assert service.run(asked) == (0, "507\n")


FILL = """
import socket, sys
number, size = map(int, sys.argv[1:])
s = socket.create_connection(("127.0.0.5", 6379))
answers = s.makefile("rb")
def ask(*words):
    return b"".join([b"*%d\\r\\n" % len(words), *(b"$%d\\r\\n%s\\r\\n" % (len(word), word) for word in words)])
s.sendall(ask(b"AUTH", b"agent", b"agent") + ask(b"FLUSHDB"))
for one in range(number):
    s.sendall(ask(b"SET", (b"%d" % one).ljust(size), b"1"))
assert all(answers.readline() == b"+OK\\r\\n" for _ in range(number + 2))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "size"), [(4, 12 << 20), (25_000, 8)])
def test_redis_says_that_it_holds_too_many_keys_or_too_long_ones(
    engine: docker.DockerClient, number: int, size: int
) -> None:
    """Else who fills it would have the sandbox at fault."""
    with service_container(engine, "redis", json.dumps(KEYS)) as service:
        service.python(FILL, str(number), str(size))
        asked = ["python3", "-c", STATUS, "/run/roadtest/service.sock"]
        assert service.run(asked) == (0, "507\n")


STATUS = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"GET /_roadtest/state HTTP/1.0\\r\\n\\r\\n")
print(s.recv(1 << 16).split()[1].decode())
"""
CLOUD = {
    "s3": {"reports": {"a/b.txt": "hello", "x.json": {"json": {"a": 1}}}},
    "sqs": {"jobs": ["one", "two"]},
    "dynamodb": {"orders": {"hash": "id", "items": [{"id": "o1", "amount": 10.50}, {"id": "o2", "amount": 1}]}},
}
# boto3 knows no Unix sockets; in a trial the proxy stands between.
BOTO = """
import socket, urllib3, urllib3.connection

def connect(self):
    found = socket.socket(socket.AF_UNIX)
    found.connect("/run/roadtest/service.sock")
    return found

urllib3.connection.HTTPConnection._new_conn = connect
import boto3
from botocore.config import Config

def client(name, region="us-east-1"):
    path = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})
    told = {"aws_access_key_id": "x", "aws_secret_access_key": "y", "endpoint_url": "http://aws", "config": path}
    return boto3.client(name, region_name=region, **told)

s3, sqs, table = client("s3"), client("sqs"), client("dynamodb")
assert s3.get_object(Bucket="reports", Key="a/b.txt")["Body"].read() == b"hello"
s3.put_object(Bucket="reports", Key="new", Body=b"\\xff\\x00")
url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
message = sqs.receive_message(QueueUrl=url)["Messages"][0]
sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
sqs.receive_message(QueueUrl=url)
amount = {":t": {"N": "12345678901234567890.12345"}}
key = {"id": {"S": "o1"}}
table.update_item(TableName="orders", Key=key, UpdateExpression="SET amount = :t", ExpressionAttributeValues=amount)
client("sqs", "eu-west-1").create_queue(QueueName="far")
for told in ({}, {"x-amz-target": "TrentService.ListKeys"}):
    scope = {"authorization": "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/kms/aws4_request, Signature=0"}
    answer = urllib3.PoolManager().request("POST", "http://aws/", headers=scope | told)
    print(answer.status, b"NotImplemented" in answer.data)
print(urllib3.PoolManager().request("POST", "http://aws/moto-api/reset").status)
"""


@pytest.mark.slow
def test_moto_exports_what_a_client_of_it_changed_and_nothing_else(engine: docker.DockerClient) -> None:
    with service_container(engine, "moto", json.dumps(CLOUD)) as service:
        before = service.state()
        assert before["moto"]["s3/reports"]["a/b.txt"]["text"] == "hello"
        assert service.python(BOTO).split() == ["501", "True", "501", "True", "501"]
        changes = service.changes_since(before)
        assert [(change.collection, change.kind) for change in changes] == [
            ("dynamodb/orders", "changed"),
            ("s3/reports", "created"),
            ("sqs", "created"),
            ("sqs/jobs", "deleted"),
        ]
        assert (changes[0].key, sorted(changes[0].fields)) == ("o1", ["amount"])
        assert changes[3].row["body"] == "one"
        assert b"12345678901234567890.12345" in service.export()
