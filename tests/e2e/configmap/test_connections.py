"""ConfigMap keys about client connections and connections to endpoints (reference 4.1)."""

import socket
import time

import pytest

from support.covers import covers_key
from support.manifests import HOST, site
from support.scripted_origin import response
from support.waiting import until


@pytest.fixture
def configured(serve, origins):
    """configured({"key": value}, *flags): a site with this ConfigMap."""
    return lambda config, *flags: serve(site(*origins(1), config=config), "--configmap", "default/fairway", *flags)


@pytest.fixture
def echo(serve, scripted_origin):
    """echo({"key": value}, *flags) -> (fairway, origin that remembers requests)"""
    def start(config, *flags, answer=response(200, "ok")):
        origin = scripted_origin(answer)
        return serve(site(origin, config=config), "--configmap", "default/fairway", *flags), origin
    return start


def connect(fairway):
    return socket.create_connection(("127.0.0.1", fairway.http_port), timeout=20)


def read_all(connection):
    """All bytes until the other side closes."""
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


GET = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


@covers_key("keep-alive")
def test_idle_connections_are_closed_after_keep_alive(configured):
    with connect(configured({"keep-alive": "1"})) as connection:
        connection.sendall(GET)
        assert b"200 OK" in read_all(connection)  # ends: the server closed first
    with connect(configured({"keep-alive": "0"})) as connection:
        connection.sendall(GET)
        assert b"Connection: close" in read_all(connection)


@covers_key("keep-alive-requests")
def test_a_connection_serves_that_many_requests(configured):
    with connect(configured({"keep-alive-requests": "3"})) as connection:
        connection.sendall(GET * 5)
        answers = read_all(connection)
    assert answers.count(b"HTTP/1.1 200") == 3
    assert answers.count(b"Connection: close") == 1


@covers_key("client-header-timeout")
def test_a_head_that_does_not_come(configured):
    with connect(configured({"client-header-timeout": "1"})) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHo")
        assert read_all(connection).startswith(b"HTTP/1.1 408")


@covers_key("client-body-timeout")
def test_a_body_that_does_not_come(configured):
    with connect(configured({"client-body-timeout": "1"})) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\n\r\nabc".encode())
        assert read_all(connection).startswith(b"HTTP/1.1 408")


@covers_key("large-client-header-buffers")
def test_lines_and_heads_that_are_too_long(configured):
    fairway = configured({"large-client-header-buffers": "2 2k"})
    assert fairway.get(headers={"X-A": "x" * 1900}).status == 200
    assert fairway.get(headers={"X-A": "x" * 2100}).status == 431
    assert fairway.get(headers={f"X-{i}": "x" * 1000 for i in range(5)}).status == 431  # 4k in all
    assert fairway.get("/" + "x" * 2100).status == 414
    assert configured({"large-client-header-buffers": "4 16k"}).get(headers={"X-A": "x" * 16000}).status == 200


@covers_key("enable-underscores-in-headers", "ignore-invalid-headers")
def test_names_of_fields_that_nginx_drops(echo):
    def names(config, *lines):
        fairway, origin = echo(config)
        with connect(fairway) as connection:
            connection.sendall(GET.replace(b"\r\n\r\n", b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"))
            status = connection.recv(4096).split()[1]
        return status, {name.lower() for request in origin.requests for name, _ in request.headers}
    assert "x_a" not in names({}, b"X_A: 1")[1]
    assert "x_a" in names({"enable-underscores-in-headers": "true"}, b"X_A: 1")[1]
    assert names({}, b"X!A: 1")[1] & {"x!a"} == set()
    assert "x!a" in names({"ignore-invalid-headers": "false"}, b"X!A: 1")[1]


@covers_key("bind-address", "disable-ipv6")
def test_addresses_to_listen_on(configured):
    def accepts(port, address):
        try:
            socket.create_connection((address, port), timeout=5).close()
            return True
        except OSError:
            return False
    fairway = configured({"bind-address": "127.0.0.1"})
    assert [accepts(fairway.http_port, address) for address in ("127.0.0.1", "127.0.0.2", "::1")] == [True, False, False]
    fairway = configured({"disable-ipv6": "true"})
    assert [accepts(fairway.http_port, address) for address in ("127.0.0.1", "127.0.0.2", "::1")] == [True, True, False]
    assert accepts(configured({}).http_port, "::1")


@covers_key("use-http2", "http2-max-concurrent-streams")
def test_http2_settings(configured):
    from h2.connection import H2Connection
    from h2.settings import SettingCodes
    with connect(configured({"http2-max-concurrent-streams": "7"})) as connection:
        client = H2Connection()
        client.initiate_connection()
        connection.sendall(client.data_to_send())
        until(lambda: client.receive_data(connection.recv(4096)) or client.remote_settings.max_concurrent_streams == 7)
        assert client.remote_settings[SettingCodes.MAX_CONCURRENT_STREAMS] == 7
    with connect(configured({"use-http2": "false"})) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 505")


@covers_key("worker-shutdown-timeout")
def test_requests_may_run_on_that_long(configured):
    fairway = configured({"worker-shutdown-timeout": "1s"})
    with connect(fairway) as connection:
        connection.sendall(GET.replace(b"/ ", b"/wait?30 "))
        until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="active") >= 1)
        fairway.signal(15)
        assert read_all(connection) == b""
    assert fairway.wait() == 0


@covers_key("upstream-keepalive-connections", "upstream-keepalive-requests")
def test_connections_to_endpoints_are_kept_and_retired(echo):
    def connections(config):
        fairway, origin = echo(config, "--workers", "1")
        for _ in range(10):
            assert fairway.get().status == 200
        return len({request.connection for request in origin.requests})
    assert connections({}) == 1
    assert connections({"upstream-keepalive-connections": "0"}) == 10
    assert connections({"upstream-keepalive-requests": "5"}) == 2


@covers_key("upstream-keepalive-timeout", "upstream-keepalive-time")
@pytest.mark.parametrize("key", ["upstream-keepalive-timeout", "upstream-keepalive-time"])
def test_kept_connections_grow_old(echo, key):
    fairway, origin = echo({key: "1"}, "--workers", "1")
    fairway.get()
    def another_connection():
        fairway.get()
        return origin.requests[-1].connection > 1
    if key == "upstream-keepalive-timeout":
        time.sleep(2.5)  # what is tested is that nobody asks for so long
        assert another_connection()
    else:
        until(another_connection, 20)


@covers_key("proxy-stream-timeout", "proxy-stream-responses", "proxy-stream-next-upstream", "proxy-stream-next-upstream-tries",
            "proxy-stream-next-upstream-timeout")
def test_tcp_and_udp_sessions(serve, tmp_path):
    """The port of a Service that a ConfigMap exposes: one endpoint that refuses, one that echoes."""
    import threading
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    refusing = socket.socket()  # bound and not listening: nobody else gets the port
    refusing.bind(("127.0.0.1", 0))
    dead = refusing.getsockname()[1]

    def echo_back(connection):
        try:
            while data := connection.recv(100):
                connection.sendall(data)
        except ConnectionResetError:
            pass  # a session that was ended

    def echo_tcp():
        while True:
            try:
                connection, _ = tcp.accept()
            except OSError:
                return
            threading.Thread(target=echo_back, args=(connection,), daemon=True).start()

    def echo_udp():
        while True:
            try:
                data, address = udp.recvfrom(1000)
            except OSError:
                return
            for _ in range(2):
                udp.sendto(data, address)
    for target in (echo_tcp, echo_udp):
        threading.Thread(target=target, daemon=True).start()
    with socket.socket() as a, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b:
        a.bind(("127.0.0.1", 0))
        b.bind(("127.0.0.1", 0))
        tcp_port, udp_port = a.getsockname()[1], b.getsockname()[1]

    def manifests(config):
        ports = [{"name": "tcp", "port": 1}, {"name": "udp", "port": 2, "protocol": "UDP"}]
        slices = [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"name": "tcp", "port": dead}]},
                  {"addresses": [{"ip": "127.0.0.1"}],
                   "ports": [{"name": "tcp", "port": tcp.getsockname()[1]},
                             {"name": "udp", "port": udp.getsockname()[1], "protocol": "UDP"}]}]
        meta = lambda name: {"metadata": {"name": name}, "apiVersion": "v1"}
        return {"all.yaml": [{**meta("echo"), "kind": "Service", "spec": {"ports": ports}},
                             {**meta("echo"), "kind": "Endpoints", "subsets": slices},
                             {**meta("tcp"), "kind": "ConfigMap", "data": {str(tcp_port): "default/echo:tcp"}},
                             {**meta("udp"), "kind": "ConfigMap", "data": {str(udp_port): "default/echo:udp"}},
                             {**meta("fairway"), "kind": "ConfigMap", "data": config}]}

    def run(config):
        return serve(manifests(config), "--services", "--configmap", "default/fairway", "--tcp-services-configmap", "default/tcp",
                     "--udp-services-configmap", "default/udp", "--workers", "1")

    def tcp_session(hold=False):
        got = []
        try:
            with socket.create_connection(("127.0.0.1", tcp_port), timeout=20) as connection:
                connection.sendall(b"ping")
                got.append(connection.recv(100))
                if hold:
                    got.append(connection.recv(100))
        except ConnectionResetError:  # by then connect() may not even have returned
            got.append(b"")
        return tuple(got) if hold else got[0]

    fairway = run({"proxy-stream-timeout": "3s", "proxy-stream-next-upstream-timeout": "10s", "proxy-stream-responses": "2"})
    assert [tcp_session() for _ in range(4)] == [b"ping"] * 4
    assert tcp_session(hold=True) == (b"ping", b"")  # ended by Fairway: silent for too long
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(b"hi", ("127.0.0.1", udp_port))
        assert (client.recv(100), client.recv(100)) == (b"hi", b"hi")
    fairway.close()
    for config in ({"proxy-stream-next-upstream": "false"}, {"proxy-stream-next-upstream-tries": "1"}):
        fairway = run(config)
        assert sorted(tcp_session() for _ in range(4)) == [b"", b"", b"ping", b"ping"]
        fairway.close()
    for server in (tcp, udp, refusing):
        server.close()


@covers_key("allow-cross-namespace-resources", "proxy-ssl-location-only")
def test_references_across_namespaces_and_settings_of_a_host(serve, origins, authority):
    """proxy-ssl-secret of another namespace closes the paths until the key allows it; explain tells whose settings hold."""
    from support.fairway import run_command
    from support.manifests import annotated, endpoints, service
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "ca", "namespace": "other"},
              "stringData": {"ca.crt": authority.pem}}
    pod = origins(1)[0]

    def manifests(config):
        return {"all.yaml": [annotated(proxy_ssl_secret="other/ca", proxy_ssl_verify="on", proxy_ssl_name="a.example",
                                       backend_protocol="HTTPS", proxy_connect_timeout=1, proxy_next_upstream_tries=1),
                             annotated("plain", paths={"/plain": "kubia"}, backend_protocol="HTTPS"), secret, service(),
                             endpoints(pod), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"},
                                              "data": config}]}
    fairway = serve(manifests({}), "--configmap", "default/fairway")
    assert fairway.get().status == 503
    fairway = serve(manifests({"allow-cross-namespace-resources": "true"}), "--configmap", "default/fairway")
    assert fairway.get().status in (502, 504)  # the endpoint speaks no TLS
    explained = lambda: run_command("explain", f"http://{HOST}/plain", "-f", fairway.folder, "--configmap", "default/fairway").stdout
    assert 'must be valid for "a.example"' in explained()
    fairway = serve(manifests({"allow-cross-namespace-resources": "true", "proxy-ssl-location-only": "true"}),
                    "--configmap", "default/fairway")
    assert "is not verified" in explained()
