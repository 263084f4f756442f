"""nginx with the headers and log line of ingress-nginx, without its Lua: the fastest that configuration can be.

Two variants, because neither wins everywhere: "nginx" buffers as ingress-nginx does by default (answers streamed in
4 KiB pieces, uploads collected first), "nginx-tuned" has the buffers and log buffer a careful operator would give it.
"""

import os
import signal

from harness.process import Process
from harness.servers.base import Server, program
from harness.site import Host, Site

INGRESS_NGINX_BUFFERS = """
    proxy_buffering off;
    proxy_buffer_size 4k;
    proxy_request_buffering on;
    client_body_buffer_size 8k;
    ssl_buffer_size 4k;
"""

TUNED_BUFFERS = """
    proxy_buffering on;
    proxy_buffer_size 16k;
    proxy_buffers 8 64k;
    proxy_busy_buffers_size 128k;
    proxy_max_temp_file_size 0;
    proxy_request_buffering off;
    client_body_buffer_size 64k;
    ssl_buffer_size 16k;
    tcp_nopush on;
"""

# ingress-nginx's default log-format-upstream.
LOG_FORMAT = (
    "'$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" "
    "\"$http_user_agent\" $request_length $request_time [bench-origin-80] [] $upstream_addr "
    "$upstream_response_length $upstream_response_time $upstream_status $req_id'"
)


HEADERS = {
    "Host": "$http_host", "X-Request-ID": "$req_id", "X-Real-IP": "$remote_addr", "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Host": "$http_host", "X-Forwarded-Port": "$server_port", "X-Forwarded-Proto": "$scheme",
    "X-Forwarded-Scheme": "$scheme", "X-Scheme": "$scheme", "X-Original-Forwarded-For": "$http_x_forwarded_for", "Proxy": '""',
}


def set_headers(module: str) -> str:
    """@param module  "proxy" or "grpc": each has directives of its own."""
    return "".join(f"    {module}_set_header {name} {value};\n" for name, value in HEADERS.items())


def pass_to(backend: str, site: Site) -> str:
    return f"grpc_pass grpc://{backend};" if backend in site.grpc else f"proxy_pass http://{backend};"


# What harness/manifests.py's ANNOTATIONS ask for, as ingress-nginx's template writes it.
CORS = {
    "Origin": "*", "Credentials": "true", "Methods": "GET, PUT, POST, DELETE, PATCH, OPTIONS", "Max-Age": "1728000",
    "Headers": "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
}


def annotated_location(path: str, backend: str, site: Site) -> str:
    cors = "".join(f"            add_header 'Access-Control-{name if name == 'Max-Age' else 'Allow-' + name}' '{value}' always;\n"
                   for name, value in CORS.items())
    return f"""        location ~* "^{path}(/|$)(.*)" {{
            if ($request_method = 'OPTIONS') {{ return 204; }}
            rewrite "(?i){path}(/|$)(.*)" /$2 break;
            limit_req zone=clients burst=5000000 nodelay;
            allow 127.0.0.0/8;
            allow 10.0.0.0/8;
            deny all;
            client_max_body_size 20m;
            proxy_connect_timeout 10s;
            proxy_read_timeout 120s;
            proxy_send_timeout 120s;
            proxy_next_upstream_tries 2;
{cors}            {pass_to(backend, site)}
        }}
"""


class Nginx(Server):
    name = "nginx"
    buffers = INGRESS_NGINX_BUFFERS
    log_buffer = ""

    def configure(self) -> None:
        self._write(self.setup.site, "nginx.conf")

    def start(self) -> None:
        argv = [program("nginx", "/usr/sbin/nginx"), "-p", str(self.folder), "-e", str(self.log_path()),
                "-c", str(self.folder / "nginx.conf")]
        self.process = Process(argv, self.setup.placement, self.log_path())

    def prepare_change(self, site: Site, changed: str):
        self._write(site, "nginx.conf.new")

        def reload() -> None:
            os.rename(self.folder / "nginx.conf.new", self.folder / "nginx.conf")
            os.kill(self.process.pid, signal.SIGHUP)

        return reload

    def _write(self, site: Site, name: str) -> None:
        (self.folder / name).write_text(self._configuration(site))

    def _configuration(self, site: Site) -> str:
        log = f"{self.access_log_path()} upstreaminfo {self.log_buffer}" if self.setup.access_log else "off"
        # nginx sets the slots for idle connections aside in advance, for each upstream; 320 in all is what others keep.
        idle_connections = max(16, 320 // len(site.backends))
        upstreams = "".join(f"""
    upstream {name} {{
        server 127.0.0.1:{port};
        keepalive {idle_connections};
        keepalive_requests 1000000;
        keepalive_timeout 3600s;
    }}""" for name, port in site.backends.items())
        servers = "".join(self._server(host, site) for host in site.hosts.values())
        temporary = "".join(f"    {kind}_temp_path {self.folder}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""# Written by bench/.
daemon off;
worker_processes {self.setup.workers};
worker_rlimit_nofile 20000;
pid {self.folder}/nginx.pid;
error_log {self.log_path()} error;
user root;
events {{
    worker_connections 16384;
    multi_accept on;
    use epoll;
}}
http {{
    log_format upstreaminfo {LOG_FORMAT};
    access_log {log};
{temporary}    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;
    server_tokens off;
    tcp_nodelay on;
    keepalive_timeout 3600s;
    keepalive_requests 1000000;
    http2_max_concurrent_streams 128;
    client_max_body_size 0;
    ssl_protocols TLSv1.3;
    ssl_session_cache shared:SSL:10m;
    ssl_session_tickets off;
    map $http_x_request_id $req_id {{ default $http_x_request_id; "" $request_id; }}
    limit_req_zone $binary_remote_addr zone=clients:5m rate=1000000r/s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
{set_headers("proxy")}{set_headers("grpc")}{self.buffers}{upstreams}
    server {{
        listen {self._listen(self.plain_port)} default_server;
        return 404;
    }}
{servers}}}
"""

    def _server(self, host: Host, site: Site) -> str:
        if host.tls:
            listen = f"listen {self._listen(self.tls_port)} ssl http2;" \
                     f" ssl_certificate {site.certificate.certificate}; ssl_certificate_key {site.certificate.key};"
        else:
            listen = f"listen {self.plain_port};"
        locations = "".join(annotated_location(path, backend, site) if host.annotated
                            else f"        location {path} {{ {pass_to(backend, site)} }}\n"
                            for path, backend in host.paths.items())
        return f"    server {{\n        {listen}\n        server_name {host.name};\n{locations}    }}\n"

    def _listen(self, port: int) -> str:
        return f"{port} {'reuseport ' if self.setup.workers > 1 else ''}backlog=4096"


class NginxTuned(Nginx):
    name = "nginx-tuned"
    buffers = TUNED_BUFFERS
    log_buffer = "buffer=64k flush=1s"
