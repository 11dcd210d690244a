#!/usr/bin/env python3
"""Makes the real plans that the tests read: make.py [name ...]

Each directory under plans/ holds a configuration, main.tf, and where there was
something before it, before.tf. For each, Terraform plans for real, and this
keeps its coloured log and its plan as JSON, with sensitive values taken out as
Scalr does. What before.tf describes is applied for real where only Terraform's
own resources are used; the AWS resources never existed, so their state is made
out of their own plan. Needs terraform 1.11 or later and, for some, the AWS
provider 5 (`terraform init` must be able to install it).
"""
import gzip, http.server, json, os, pathlib, shutil, subprocess, sys, tempfile, threading

here = pathlib.Path(__file__).parent / "plans"
env = dict(os.environ, TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1")


def terraform(cwd, *args, fails=False):
    done = subprocess.run(["terraform", *args], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode and not fails:
        sys.exit(f"{cwd}: {args}: {done.stdout.decode()}")
    return done


def sanitized(value, marks):
    """The value without what is marked as sensitive."""
    if marks is True:
        return None
    if isinstance(marks, dict) and isinstance(value, dict):
        return {k: sanitized(v, marks.get(k)) for k, v in value.items()}
    if isinstance(marks, list) and isinstance(value, list):
        return [sanitized(v, marks[i] if i < len(marks) else None) for i, v in enumerate(value)]
    return value


def sanitize(plan):
    for part in ("variables", "planned_values", "prior_state", "configuration"):
        plan.pop(part, None)
    changes = [c["change"] for c in plan.get("resource_changes", []) + plan.get("resource_drift", [])]
    for change in changes + list(plan.get("output_changes", {}).values()):
        change["before"] = sanitized(change.get("before"), change.get("before_sensitive"))
        change["after"] = sanitized(change.get("after"), change.get("after_sensitive"))
    return plan


TOLD = {
    "aws_instance": {"id": "i-0a1b2c3d4e5f60718", "private_ip": "10.0.0.17", "availability_zone": "eu-central-1a",
                     "instance_state": "running", "private_dns": "ip-10-0-0-17.eu-central-1.compute.internal",
                     "vpc_security_group_ids": ["sg-0123456789abcdef0"]},
    "aws_security_group": {"id": "sg-0123456789abcdef0", "owner_id": "123456789012"},
    "aws_db_instance": {"id": "orders", "engine_version": "16.4", "port": 5432, "endpoint": "orders.abc.eu-central-1.rds.amazonaws.com:5432"},
}


def invented_state(plan, schemas):
    """The state as if the plan had been applied, with ids of our own."""
    resources = {}
    for change in plan["resource_changes"]:
        if change["mode"] != "managed":
            continue
        kind, values = change["type"], dict(change["change"]["after"])
        attributes = schemas[kind]["block"]["attributes"]
        for name, unknown in change["change"]["after_unknown"].items():
            of = attributes.get(name, {}).get("type", ["list"])
            if unknown is True and isinstance(of, list):  # strings stay null, as if never set
                values[name] = {} if of[0] == "map" else []
        values["id"] = values.get("name") or values.get("bucket") or ""
        values.update(TOLD.get(kind, {}))
        values["arn"] = f"arn:aws:example:eu-central-1:123456789012:{values['id']}"
        one = resources.setdefault((kind, change["name"]), {
            "mode": "managed", "type": kind, "name": change["name"],
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]', "instances": []})
        instance = {"schema_version": schemas[kind]["version"], "attributes": values}
        if "index" in change:
            instance["index_key"] = change["index"]
        one["instances"].append(instance)
    outputs = {}
    for name, change in plan.get("output_changes", {}).items():
        if "after" in change:
            kind = "number" if isinstance(change["after"], (int, float)) else "string"
            outputs[name] = {"value": change["after"], "type": kind, "sensitive": change["after_sensitive"]}
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "00000000-0000-0000-0000-000000000000",
            "outputs": outputs, "resources": list(resources.values())}


def schemas(work):
    shown = json.loads(terraform(work, "providers", "schema", "-json").stdout)
    return shown["provider_schemas"]["registry.terraform.io/hashicorp/aws"]["resource_schemas"]


class Logs(http.server.BaseHTTPRequestHandler):
    """A CloudWatch Logs of one group, whose retention somebody changed."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        group = {"logGroupName": "/shop/web", "retentionInDays": 3, "logGroupClass": "STANDARD",
                 "arn": "arn:aws:example:eu-central-1:123456789012:/shop/web:*"}
        answer = {"tags": {}}
        if self.headers["X-Amz-Target"].endswith("DescribeLogGroups"):
            answer = {"logGroups": [group] if asked.get("logGroupNamePrefix") == "/shop/web" else []}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def make(case):
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        if (case / "modules").exists():
            shutil.copytree(case / "modules", work / "modules")
        aws = "hashicorp/aws" in (case / "main.tf").read_text()
        refresh = [] if "endpoints" in (case / "main.tf").read_text() or not aws else ["-refresh=false"]
        before = case / "before.tf"
        shutil.copy(before if before.exists() else case / "main.tf", work / "main.tf")
        terraform(work, "init", "-input=false", fails=case.name == "error")
        if before.exists() and aws:
            terraform(work, "plan", "-refresh=false", "-out=before")
            plan = json.loads(terraform(work, "show", "-json", "before").stdout)
            (work / "terraform.tfstate").write_text(json.dumps(invented_state(plan, schemas(work))))
        elif before.exists():
            terraform(work, "apply", "-auto-approve")
        if (case / "taint").exists():
            terraform(work, "taint", (case / "taint").read_text().strip())
        shutil.copy(case / "main.tf", work / "main.tf")
        args = (case / "args").read_text().split() if (case / "args").exists() else []
        log = terraform(work, "plan", "-input=false", "-out=plan", *refresh, *args, fails=True).stdout
        (case / "plan.log").write_bytes(log)
        shown = terraform(work, "show", "-json", "plan", fails=True)
        if shown.returncode == 0:
            keep(case / "plan.json", json.dumps(sanitize(json.loads(shown.stdout)), separators=(",", ":")).encode())
        if (case / "apply").exists():
            (case / "apply.log").write_bytes(terraform(work, "apply", "-input=false", "plan", fails=True).stdout)
    if len(log) > 100_000:
        (case / "plan.log").unlink()
        keep(case / "plan.log", log)


def keep(path, data):
    """Writes a file, compressed if it is big."""
    if len(data) > 100_000:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, mtime=0))
    else:
        path.write_bytes(data)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 48127), Logs)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in sys.argv[1:] or sorted(p.name for p in here.iterdir() if p.is_dir()):
    print(name, flush=True)
    make(here / name)
