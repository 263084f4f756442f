"""Commands that do not serve: help, version, lint, explain, completion; exit codes and errors that tell the fix."""

import json
import os
import pty
import subprocess

from support.fairway import BINARY, ROOT, request, run_command
from support.manifests import endpoints, ingress, service, to_yaml

KUBIA = ROOT / "examples/kubia"


def write(folder, **files):
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(to_yaml(content))
    return folder


def test_help_names_every_command():
    result = run_command("--help")
    assert result.returncode == 0 and not result.stderr
    for command in ("run", "demo", "lint", "explain", "version", "completion"):
        assert command in result.stdout
    assert "fairway run -f" in result.stdout, "an example is worth ten options"


def test_wrong_usage_exits_with_2_and_says_what_was_meant():
    result = run_command("run", "-f", KUBIA, "--htp-port", "80")
    assert result.returncode == 2 and not result.stdout
    assert 'did you mean "--http-port"?' in result.stderr


def test_version_in_both_forms():
    text = run_command("version")
    assert text.returncode == 0 and text.stdout.startswith("fairway ")
    data = json.loads(run_command("version", "-o", "json").stdout)
    assert {"Boost", "OpenSSL", "libyaml"} <= set(data["libraries"])
    assert data["commit"] in text.stdout


def test_lint_of_the_example_finds_nothing_wrong():
    result = run_command("lint", "-f", KUBIA)
    assert result.returncode == 0, result.stdout
    assert "0 errors, 0 warnings" in result.stdout


def test_lint_names_place_and_remedy(tmp_path):
    write(tmp_path, ingress=ingress(paths={"/": "kubai"}), service=service(), endpoints=endpoints())
    result = run_command("lint", "-f", tmp_path)
    assert "ingress.yaml:" in result.stdout
    assert 'did you mean "kubia"?' in result.stdout or "did you mean" in result.stdout


def test_lint_json_and_exit_1(tmp_path):
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata:\n  name: [\n")
    result = run_command("lint", "-f", tmp_path, "-o", "json")
    assert result.returncode == 1
    errors = [entry for entry in json.loads(result.stdout) if entry["severity"] == "error"]
    assert errors and errors[0]["file"].endswith("broken.yaml") and errors[0]["line"] >= 4


def test_run_refuses_a_broken_file_at_start(tmp_path):
    (tmp_path / "broken.yaml").write_text("kind: [\n")
    result = run_command("run", "-f", tmp_path, "--http-port", "0", "--https-port", "0", "--healthz-port", "0")
    assert result.returncode == 2
    assert "broken.yaml" in result.stderr


def test_run_refuses_a_path_that_is_not_there(tmp_path):
    result = run_command("run", "-f", tmp_path / "nowhere")
    assert result.returncode == 2
    assert "nowhere" in result.stderr


def test_a_port_in_use_is_named(kubia):
    fairway, _ = kubia
    result = run_command("run", "-f", KUBIA, "--http-port", fairway.health_port, "--https-port", "0", "--healthz-port", "0")
    assert result.returncode == 1
    assert str(fairway.health_port) in result.stderr and "--http-port" in result.stderr
    result = run_command("run", "-f", KUBIA, "--http-port", "0", "--https-port", "0", "--healthz-port", fairway.health_port,
                         "--healthz-host", "127.0.0.1")
    assert result.returncode == 1
    assert str(fairway.health_port) in result.stderr and "--healthz-port" in result.stderr


def test_health_may_be_asked_for_elsewhere(serve, origins):
    (pod,) = origins(1)
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(pod)]}, "--health-check-path=/ready")
    assert request(fairway.health_port, "/ready", host="localhost").status == 200
    assert fairway.health().status == 404
    assert fairway.get("/ready", host="nobody.example.com").status == 200
    assert fairway.get("/healthz", host="nobody.example.com").status == 404
    (told,) = fairway.events("started")
    assert told["health"].endswith("/ready")


def test_a_health_path_must_be_a_path():
    result = run_command("run", "--health-check-path=ready")
    assert result.returncode == 2
    assert '"ready" is not a path for it' in result.stderr


def test_explain_tells_host_rule_service_and_endpoints():
    result = run_command("explain", "https://kubia.example.com/some/path", "-f", KUBIA)
    assert result.returncode == 0, result.stderr
    for fact in ("kubia.example.com", "ingress.yaml:", "kubia-nodeport", "127.1.0.1:9080", "127.1.0.3:9080"):
        assert fact in result.stdout, result.stdout
    assert "\033[" not in result.stdout, "no colours without a terminal"


def test_explain_json_and_an_unknown_host():
    result = run_command("explain", "GET", "http://nobody.example.com/", "-f", KUBIA, "-o", "json")
    assert result.returncode == 0
    explanation = json.loads(result.stdout)
    assert explanation["status"] == 404
    assert any(step["topic"] == "host" for step in explanation["steps"])


def test_explain_of_a_redirect(tmp_path):
    write(tmp_path, ingress=ingress(tls="missing"), service=service())
    explanation = json.loads(run_command("explain", "http://kubia.example.com/a", "-f", tmp_path, "-o", "json").stdout)
    assert explanation["status"] == 308
    assert "https://kubia.example.com/a" in explanation["outcome"]


def on_a_terminal(*arguments, **environment):
    """Standard output of a command that believes to write to a terminal."""
    reader, writer = pty.openpty()
    env = {**os.environ, "TERM": "xterm", **environment}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    with subprocess.Popen([BINARY, *map(str, arguments)], stdout=writer, stderr=subprocess.DEVNULL, env=env):
        os.close(writer)
        text = b""
        try:
            while chunk := os.read(reader, 4096):
                text += chunk
        except OSError:  # how Linux reports that the other side of a terminal is closed
            pass
    os.close(reader)
    return text.decode()


def test_colours_on_a_terminal_only_and_never_with_no_color():
    arguments = ("explain", "http://kubia.example.com/", "-f", KUBIA)
    assert "\033[" in on_a_terminal(*arguments)
    assert "\033[" not in on_a_terminal(*arguments, NO_COLOR="1")


def test_completion_scripts_are_accepted_by_their_shell():
    script = run_command("completion", "bash")
    assert script.returncode == 0
    check = subprocess.run(["bash", "-n"], input=script.stdout, text=True, capture_output=True, timeout=10)
    assert check.returncode == 0, check.stderr
    assert run_command("completion", "fish").stdout.startswith("# fish completion")


def test_called_as_nginx_ingress_controller(tmp_path):
    link = tmp_path / "nginx-ingress-controller"
    link.symlink_to(BINARY)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KUBERNETES_")}
    result = subprocess.run([str(link), "--election-id=x"], capture_output=True, text=True, timeout=10,
                            env=environment)
    assert result.returncode == 2
    assert "not in a pod" in result.stderr and "--kubeconfig" in result.stderr
