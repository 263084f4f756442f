"""`fairway lint` on the manifests of a whole fleet: 300 Ingresses, with seeded mistakes. Every one is found, at its line, and
the message says what to write instead."""

import json
import re

from support.fairway import run_command

CLEAN = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{n}
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "120"
    nginx.ingress.kubernetes.io/proxy-body-size: 20m
{annotation}spec:
  rules:
  - host: app-{n}.example.com
    http:
      paths:
      - path: {path}
        pathType: Prefix
        backend:
          service:
            name: {service}
            port:
              number: {port}
"""
SERVICES = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
    targetPort: 8080
---
apiVersion: v1
kind: Endpoints
metadata:
  name: web
subsets:
- addresses:
  - ip: 192.0.2.1
  ports:
  - port: 8080
"""

# name: (what is written otherwise, text of the line that is named, what the message must say)
ANNOTATIONS = {
    "a misspelt name": ("proxy-read-timout", "60", "did you mean"),
    "a time with a unit": ("proxy-send-timeout", "60s", 'write "60"'),
    "a size that is none": ("proxy-buffer-size", "16 kilobytes", "8m"),
    "a switch that is none": ("ssl-redirect", "no", "true"),
    "a protocol that is none": ("backend-protocol", "H2C", "HTTP, HTTPS, AUTO_HTTP, GRPC, GRPCS or FCGI"),
    "FastCGI without a script": ("backend-protocol", "FCGI", "SCRIPT_FILENAME"),
    "parameters for nobody": ("fastcgi-params-configmap", "params", "backend-protocol: FCGI"),
    "a condition that is none": ("proxy-next-upstream", "error http_418", "http_5"),
    "a redirect with a variable": ("permanent-redirect", "https://a.example.com$request_uri", "https://"),
    "a redirect without scheme": ("temporal-redirect", "/new", "https://"),
    "a status that is none": ("permanent-redirect-code", "600", "301"),
    "an origin without scheme": ("cors-allow-origin", "shop.example.com", "https://"),
    "a method that is none": ("cors-allow-methods", "GET;POST", "GET"),
    "a Host that is none": ("upstream-vhost", "a b", "shop.example.com"),
    "a balancer of old": ("load-balance", "least_conn", "round_robin"),
    "a Secret that is not there": ("proxy-ssl-secret", "default/none", "does not exist"),
    "a Secret of another namespace": ("proxy-ssl-secret", "other/tls", "namespace"),
    "verification without a Secret": ("proxy-ssl-verify", "on", "proxy-ssl-secret"),
    "an address that is none": ("allowlist-source-range", "10.0.0.0/8, 10.0.0/8", "answers 503"),
    "a snippet with a replacement": ("configuration-snippet", "proxy_read_timeout 300s;", 'proxy-read-timeout: "300"'),
    "a snippet for fields": ("configuration-snippet", "more_set_headers 'X-Frame-Options: DENY';", "custom-headers"),
    "a snippet of a server": ("server-snippet", "client_max_body_size 1g;", 'proxy-body-size: "1g"'),
    "what was removed": ("secure-backends", "true", "backend-protocol"),
    "a WAF": ("enable-modsecurity", "perhaps", "503"),
}
OTHERS = {
    "a Service that is not there": ({"service": "wbe"}, "  service:", "did you mean"),
    "a port that is not there": ({"port": "8081"}, "  service:", "its ports are 80"),
    "a pattern in a Prefix path": ({"path": "/shop/(.*)"}, "path: /shop/(.*)", "ImplementationSpecific"),
    "a path that never matches": ({"path": "/a//b"}, "path: /a//b", "//"),
}
TAKEN = "a path that an older Ingress has"


def fleet(folder):
    """Writes 300 Ingresses in 10 files. [(mistake, file, line, what the message must say)]"""
    ingresses = [{"n": n, "annotation": "", "path": "/", "service": "web", "port": "80"} for n in range(300)]
    mistakes = {}  # n: (name, text of the line, message)
    step = iter(range(3, 300, 7))
    for name, (annotation, value, says) in ANNOTATIONS.items():
        n = next(step)
        line = f"nginx.ingress.kubernetes.io/{annotation}: {json.dumps(value)}"
        ingresses[n]["annotation"] = f"    {line}\n"
        if name == "an origin without scheme" or name == "a method that is none":
            ingresses[n]["annotation"] += "    nginx.ingress.kubernetes.io/enable-cors: \"true\"\n"
        if name == "a status that is none":
            ingresses[n]["annotation"] += "    nginx.ingress.kubernetes.io/permanent-redirect: https://a.example.com\n"
        mistakes[n] = (name, line, says)
    for name, (change, line, says) in OTHERS.items():
        n = next(step)
        ingresses[n] |= change
        mistakes[n] = (name, line, says)
    expected = []
    for number in range(10):
        path = folder / f"team-{number}.yaml"
        text = "---\n".join(CLEAN.format(**one) for one in ingresses[number * 30:number * 30 + 30])
        if number == 9:  # the same host and path once more
            text += "---\n" + CLEAN.format(**ingresses[290]).replace("name: app-290", "name: app-290-copy")
        path.write_text(text)
        lines = text.splitlines()
        for n in range(number * 30, number * 30 + 30):
            if n not in mistakes:
                continue
            name, wanted, says = mistakes[n]
            begin = lines.index(f"  name: app-{n}")
            line = next(i for i in range(begin, len(lines)) if wanted in lines[i])
            expected.append((name, path, line + 1, says))
    expected.append((TAKEN, folder / "team-9.yaml", None, "already defined"))
    (folder / "services.yaml").write_text(SERVICES)
    return expected


def test_every_seeded_mistake_is_found_at_its_line_with_its_remedy(tmp_path):
    expected = fleet(tmp_path)
    done = run_command("lint", "-f", tmp_path, "-o", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    missed, unclear = [], []
    for name, path, line, says in expected:
        here = [one for one in found if one["file"] == str(path) and (line is None or one["line"] == line)]
        if not here:
            missed.append((name, f"{path.name}:{line}"))
        elif not any(says in one["message"] for one in here):
            unclear.append((name, says, [one["message"] for one in here]))
    assert not missed
    assert not unclear
    # And nothing is said about the 270 Ingresses that are right.
    wrong = {(str(path), line) for _, path, line, _ in expected}
    noise = [one for one in found if (one["file"], one["line"]) not in wrong and one["reason"] != "PathConflict"]
    assert not noise


def test_the_text_names_file_line_and_object(tmp_path):
    expected = fleet(tmp_path)
    text = run_command("lint", "-f", tmp_path).stdout
    for name, path, line, _ in expected:
        if line is not None:
            assert re.search(rf"^{re.escape(str(path))}:{line}:\d+: (error|warning|notice): Ingress default/app-\d+ ", text, re.M), name
