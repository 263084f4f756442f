// The texts of fairway describe, compared with what kubectl prints for such objects.
#include "app/get/describe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace fairway::app {
namespace {

namespace json = boost::json;
using ingress::Resource;
using testing::HasSubstr;

/// 2026-07-01T12:00:00Z
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1782907200)};

json::value endpoints_of(const std::string&, const std::string& service) {
    if (service != "kubia") return nullptr;
    return json::parse(R"({"subsets":[{"addresses":[{"ip":"127.1.0.1"},{"ip":"127.1.0.2"}],
        "ports":[{"name":"http","port":8080,"protocol":"TCP"},{"name":"https","port":8443,"protocol":"TCP"}]}]})");
}

std::string described(Resource resource, const char* object) {
    return "\n" + describe_object(resource, json::parse(object), endpoints_of, kNow);
}

TEST(Describe, Service) {
    EXPECT_EQ(described(Resource::services, R"({
      "metadata":{"name":"kubia","namespace":"default","labels":{"app":"kubia","team":"blue"}},
      "spec":{"type":"NodePort","selector":{"app":"kubia"},"clusterIP":"127.80.1.2","sessionAffinity":"ClientIP",
              "ports":[{"name":"http","port":80,"targetPort":8080,"nodePort":30123,"protocol":"TCP"},
                       {"name":"https","port":443,"targetPort":"tls","protocol":"TCP"}]},
      "status":{"diagnostics":[{"type":"Warning","reason":"PortInUse","field":"spec.ports[0].nodePort",
                                "message":"is taken","where":"a.yaml:3:1"}]}})"),
              R"(
Name:              kubia
Namespace:         default
Labels:            app=kubia
                   team=blue
Annotations:       <none>
Selector:          app=kubia
Type:              NodePort
IP:                127.80.1.2
Port:              http  80/TCP
TargetPort:        8080/TCP
NodePort:          http  30123/TCP
Endpoints:         127.1.0.1:8080,127.1.0.2:8080
Port:              https  443/TCP
TargetPort:        tls/TCP
Endpoints:         127.1.0.1:8443,127.1.0.2:8443
Session Affinity:  ClientIP
Events:
  Type     Reason     From        Message
  ----     ------     ----        -------
  Warning  PortInUse  a.yaml:3:1  spec.ports[0].nodePort: is taken
)");
}

TEST(Describe, ServiceWithoutAnything) {
    EXPECT_EQ(described(Resource::services, R"({"metadata":{"name":"x","namespace":"default"},
              "spec":{"type":"ClusterIP","sessionAffinity":"None",
                      "ports":[{"port":80,"targetPort":80,"protocol":"TCP"}]}})"),
              R"(
Name:              x
Namespace:         default
Labels:            <none>
Annotations:       <none>
Selector:          <none>
Type:              ClusterIP
IP:                <none>
Port:              <unset>  80/TCP
TargetPort:        80/TCP
Endpoints:         <none>
Session Affinity:  None
Events:            <none>
)");
}

TEST(Describe, PodShowsEachProbeAsKubectlDoes) {
    const std::string text = described(Resource::pods, R"({
      "metadata":{"name":"kubia-1","namespace":"default","labels":{"app":"kubia"}},
      "spec":{"containers":[
        {"name":"main","ports":[{"containerPort":8080,"protocol":"TCP","name":"http"}],
         "readinessProbe":{"httpGet":{"path":"/","port":8080,"scheme":"HTTP"},"initialDelaySeconds":0,
                           "timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
         "livenessProbe":{"exec":{"command":["ls","/var/ready"]},"initialDelaySeconds":5,"timeoutSeconds":1,
                          "periodSeconds":10,"successThreshold":1,"failureThreshold":3}},
        {"name":"side","readinessProbe":{"tcpSocket":{"port":"db"},"initialDelaySeconds":0,"timeoutSeconds":2,
                           "periodSeconds":1,"successThreshold":1,"failureThreshold":1}}]},
      "status":{"phase":"Running","podIP":"127.1.0.1","podIPs":[{"ip":"127.1.0.1"}],
                "conditions":[{"type":"Ready","status":"False"}],
                "containerStatuses":[{"name":"main","ready":true,"probes":{"readiness":{"lastResult":"failed",
                  "lastTime":"2026-07-01T11:59:56Z","lastDurationMicroseconds":1240,"lastMessage":"refused",
                  "successful":3,"failed":1}}},{"name":"side","ready":false}]}})");
    EXPECT_EQ(text, R"(
Name:         kubia-1
Namespace:    default
Node:         <none>
Labels:       app=kubia
Annotations:  <none>
Status:       Running
IP:           127.1.0.1
IPs:
  IP:  127.1.0.1
Containers:
  main:
    Ports:          8080/TCP (http)
    Ready:          True
    Liveness:       exec [ls /var/ready] delay=5s timeout=1s period=10s #success=1 #failure=3
    Readiness:      http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3
      Last Result:  failed 4s ago in 1.2 ms (3 successful, 1 failed): refused
  side:
    Ports:      <none>
    Ready:      False
    Readiness:  tcp-socket :db delay=0s timeout=2s period=1s #success=1 #failure=1
Conditions:
  Type    Status
  Ready   False 
Events:   <none>
)");
}

TEST(Describe, Ingress) {
    EXPECT_EQ(described(Resource::ingresses, R"({
      "metadata":{"name":"kubia","namespace":"default"},
      "spec":{"tls":[{"hosts":["kubia.example.com"],"secretName":"tls-secret"}],
              "rules":[{"host":"kubia.example.com","http":{"paths":[
                {"path":"/","backend":{"service":{"name":"kubia","port":{"name":"http"}}}},
                {"path":"/old","backend":{"service":{"name":"gone","port":{"number":80}}}}]}}]}})"),
              R"(
Name:             kubia
Labels:           <none>
Namespace:        default
Address:          
Ingress Class:    <none>
Default backend:  <default>
TLS:
  tls-secret terminates kubia.example.com
Rules:
  Host               Path  Backends
  ----               ----  --------
  kubia.example.com  
                     /      kubia:http (127.1.0.1:8080,127.1.0.2:8080)
                     /old   gone:80 (<error: services "gone" not found>)
Annotations:         <none>
Events:              <none>
)");
}

TEST(Describe, Endpoints) {
    EXPECT_EQ(described(Resource::endpoints, R"({
      "metadata":{"name":"kubia","namespace":"default"},
      "subsets":[{"addresses":[{"ip":"127.1.0.1"},{"ip":"127.1.0.2"}],"notReadyAddresses":[{"ip":"127.1.0.3"}],
                  "ports":[{"port":8080,"protocol":"TCP"}]}]})"),
              R"(
Name:         kubia
Namespace:    default
Labels:       <none>
Annotations:  <none>
Subsets:
  Addresses:          127.1.0.1,127.1.0.2
  NotReadyAddresses:  127.1.0.3
  Ports:
    Name     Port  Protocol
    ----     ----  --------
    <unset>  8080  TCP

Events:  <none>
)");
}

TEST(Describe, SurvivesAnswersOfAnotherShape) {
    for (const auto& info : ingress::all_resources())
        for (const char* odd : {"1", "null", "[]", R"({"spec":[],"status":7,"metadata":"x","subsets":{}})",
                                R"({"spec":{"rules":[{"http":{"paths":[1]}}],"ports":[1],"containers":[[]]}})"})
            EXPECT_THAT(described(info.resource, odd), HasSubstr(":")) << info.plural;
}

}  // namespace
}  // namespace fairway::app
