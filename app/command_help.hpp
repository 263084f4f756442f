// What each command's --help ends with: examples, signals, exit codes.
#pragma once

namespace fairway::app {

inline constexpr const char* kFooter = R"(Examples:
  fairway demo                             a proxy with three small pods behind it, ready for curl
  fairway run -f examples/kubia            serve the manifests of a folder, and follow their changes
  fairway lint -f examples/kubia           what is wrong with them, without serving
  fairway explain https://kubia.example.com/ -f examples/kubia
  fairway get services                     what a running instance makes of them

Each command explains itself: fairway run --help)";

inline constexpr const char* kRunFooter = R"(Examples:
  fairway run -f examples/kubia
  fairway run -f manifests/ -f secrets.yaml --http-port 8080 --https-port 8443
  fairway run -f manifests/ --configmap default/fairway --default-ssl-certificate default/wildcard

Signals: SIGTERM or SIGINT drains and ends, a second one ends at once; SIGHUP reads everything
anew and opens the access log anew; SIGUSR1 only the log.
Exit codes: 0 done, 1 failure while running, 2 wrong usage or configuration.)";

inline constexpr const char* kControllerFooter = R"(Examples:
  fairway controller --configmap ingress-nginx/ingress-nginx-controller
  fairway controller --kubeconfig ~/.kube/config --http-port 8080 --https-port 8443

Listens once everything that the API server has was read; goes on with what it has while the
API server is away. Signals and exit codes: as fairway run.)";

inline constexpr const char* kDemoFooter = R"(Example:
  fairway demo --http-port 9080 --https-port 9443)";

inline constexpr const char* kLintFooter = R"(Examples:
  fairway lint -f manifests/
  fairway lint --kubeconfig ~/.kube/config --ingress-class nginx --watch-namespace shop
  fairway lint -f manifests/ -o json | jq -r '.[] | select(.severity == "error") | .message'

Of a cluster every kind is listed once: Ingresses, IngressClasses, Services, EndpointSlices, Secrets,
and the ConfigMaps that are named. What may not be listed is told, and the rest judged.
Exit codes: 0 no errors (warnings may be), 1 errors or no answer, 2 wrong usage.)";

inline constexpr const char* kExplainFooter = R"(Examples:
  fairway explain http://kubia.example.com/ -f examples/kubia
  fairway explain POST https://shop.example.com/cart?item=1 -f manifests/
  fairway explain http://shop.example.com/ -f manifests/ -H Origin:https://a.example --source-ip 10.0.0.7
  fairway explain http://kubia.example.com/ --admin http://127.0.0.1:10255)";

inline constexpr const char* kGetFooter =
    R"(Kinds: ingresses (ing), services (svc), endpoints (ep), pods (po), certificates (cert), routes

Examples:
  fairway get services
  fairway get pods -A -o wide
  fairway get endpoints kubia -o json | jq .subsets
  fairway get routes kubia.example.com --admin http://127.0.0.1:10256)";

inline constexpr const char* kDescribeFooter =
    R"(Kinds: ingresses (ing), services (svc), endpoints (ep), pods (po), certificates (cert), routes

Examples:
  fairway describe service kubia
  fairway describe pods -n shop)";

inline constexpr const char* kEnvFooter = R"text(Examples:
  fairway env -f examples/kubia
  eval "$(fairway env --export --namespace shop -f manifests/)"

The addresses are those of: fairway run --services, on the same files.)text";

inline constexpr const char* kCompletionFooter = R"(Examples:
  source <(fairway completion bash)
  fairway completion zsh > "${fpath[1]}/_fairway"
  fairway completion fish > ~/.config/fish/completions/fairway.fish)";

}  // namespace fairway::app
