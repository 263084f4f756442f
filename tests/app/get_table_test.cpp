// The tables of fairway get, compared with what kubectl prints for such objects.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "app/get/human_duration.hpp"
#include "app/get/json_access.hpp"
#include "app/get/tab_writer.hpp"
#include "app/get/tables.hpp"

namespace fairway::app {
namespace {

namespace json = boost::json;
using ingress::Resource;
using namespace std::chrono_literals;

/// 2026-07-01T12:00:00Z
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1782907200)};

std::string table(Resource resource, const char* objects, TableOptions options = {}) {
    const auto array = json::parse(objects).as_array();
    const std::vector<json::value> values(array.begin(), array.end());
    return "\n" + object_table(resource, values, options, kNow);
}

TEST(HumanDuration, IsKubectls) {
    const std::pair<std::chrono::seconds, const char*> cases[] = {
        {-5s, "<invalid>"},   {-1s, "0s"},           {0s, "0s"},      {119s, "119s"},
        {120s, "2m"},         {190s, "3m10s"},       {10min, "10m"},  {179min, "179m"},
        {3h, "3h"},           {5h + 2min, "5h2m"},   {8h, "8h"},      {47h, "47h"},
        {48h, "2d"},          {76h, "3d4h"},         {24h * 8, "8d"}, {24h * 729, "729d"},
        {24h * 760, "2y30d"}, {24h * 365 * 9, "9y"},
    };
    for (const auto& [duration, text] : cases) EXPECT_EQ(human_duration(duration), text);
}

TEST(TabWriter, AlignsNeighboursOnly) {
    EXPECT_EQ(align_tabs("a\tb\nlonger\tc\nno cell\na\tb\n", kDescribeLayout), "a       b\nlonger  c\nno cell\na  b\n");
    EXPECT_EQ(align_tabs("\xc3\xa9\tx\nab\ty\n", kDescribeLayout), "\xc3\xa9   x\nab  y\n") << "code points, not bytes";
    EXPECT_EQ(align_tabs("a\x1b[31m\tx\n", kDescribeLayout), "a?[31m  x\n") << "a name cannot steer the terminal";
    EXPECT_EQ(align_tabs("", kDescribeLayout), "");
}

TEST(GetTable, Services) {
    const char* const services = R"([
      {"metadata":{"name":"kubia","namespace":"default","creationTimestamp":"2026-07-01T11:55:00Z"},
       "spec":{"type":"ClusterIP","clusterIP":"127.80.1.2","selector":{"app":"kubia","tier":"web"},
               "ports":[{"port":80,"protocol":"TCP"},{"port":443,"protocol":"TCP"}]}},
      {"metadata":{"name":"kubia-loadbalancer","namespace":"default","creationTimestamp":"2026-06-01T12:00:00Z"},
       "spec":{"type":"LoadBalancer","clusterIP":"127.80.1.3","ports":[{"port":80,"nodePort":30143,"protocol":"TCP"}]},
       "status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}},
      {"metadata":{"name":"pending","namespace":"shop"},
       "spec":{"type":"LoadBalancer","ports":[{"port":53,"protocol":"UDP"}]}},
      {"metadata":{"name":"headless","namespace":"shop"},"spec":{"type":"ClusterIP","clusterIP":"None","ports":[]}},
      {"metadata":{"name":"outside","namespace":"shop"},"spec":{"type":"ExternalName","externalName":"api.example.com"}}
    ])";
    EXPECT_EQ(table(Resource::services, services), R"(
NAME                 TYPE           CLUSTER-IP   EXTERNAL-IP       PORT(S)          AGE
kubia                ClusterIP      127.80.1.2   <none>            80/TCP,443/TCP   5m
kubia-loadbalancer   LoadBalancer   127.80.1.3   127.0.0.1         80:30143/TCP     30d
pending              LoadBalancer   <none>       <pending>         53/UDP           <unknown>
headless             ClusterIP      None         <none>            <none>           <unknown>
outside              ExternalName   <none>       api.example.com   <none>           <unknown>
)");
    EXPECT_EQ(table(Resource::services, R"([{"metadata":{"name":"a","namespace":"b"},
                    "spec":{"type":"ClusterIP","selector":{"app":"kubia","tier":"web"}}}])",
                    {true, true}),
              R"(
NAMESPACE   NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE         SELECTOR
b           a      ClusterIP   <none>       <none>        <none>    <unknown>   app=kubia,tier=web
)");
}

TEST(GetTable, Pods) {
    const char* const pods = R"([
      {"metadata":{"name":"kubia-1"},"spec":{"readinessGates":[{"conditionType":"lb"},{"conditionType":"x"}]},
       "status":{"phase":"Running","podIP":"127.1.0.1","conditions":[{"type":"lb","status":"True"}],
                 "containerStatuses":[{"name":"a","ready":true},{"name":"b","ready":false}]}},
      {"metadata":{"name":"kubia-2","deletionTimestamp":"2026-07-01T12:00:00Z"},"status":{"phase":"Running"}}
    ])";
    EXPECT_EQ(table(Resource::pods, pods), R"(
NAME      READY   STATUS        RESTARTS   AGE
kubia-1   1/2     Running       0          <unknown>
kubia-2   0/0     Terminating   0          <unknown>
)");
    EXPECT_EQ(table(Resource::pods, pods, {true, false}), R"(
NAME      READY   STATUS        RESTARTS   AGE         IP          NODE     NOMINATED NODE   READINESS GATES
kubia-1   1/2     Running       0          <unknown>   127.1.0.1   <none>   <none>           1/2
kubia-2   0/0     Terminating   0          <unknown>   <none>      <none>   <none>           <none>
)");
}

TEST(GetTable, EndpointsShowThreeAndCountTheRest) {
    EXPECT_EQ(table(Resource::endpoints, R"([
      {"metadata":{"name":"kubia"},"subsets":[{"addresses":[{"ip":"127.1.0.1"},{"ip":"::1"}],
                                               "ports":[{"name":"http","port":8080},{"name":"https","port":8443}]}]},
      {"metadata":{"name":"none"},"subsets":[{"notReadyAddresses":[{"ip":"127.1.0.9"}]}]}])"),
              R"(
NAME    ENDPOINTS                                              AGE
kubia   127.1.0.1:8080,[::1]:8080,127.1.0.1:8443 + 1 more...   <unknown>
none    <none>                                                 <unknown>
)");
}

TEST(GetTable, Ingresses) {
    EXPECT_EQ(table(Resource::ingresses, R"([
      {"metadata":{"name":"kubia"},"spec":{"ingressClassName":"nginx","rules":[{"host":"kubia.example.com"}]},
       "status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1","ports":[{"port":8080},{"port":8443}]}]}}},
      {"metadata":{"name":"many"},"spec":{"rules":[{"host":"a"},{"host":"b"},{"host":"c"},{"host":"d"}]}},
      {"metadata":{"name":"all"},"spec":{"rules":[{}]}}])"),
              R"(
NAME    CLASS    HOSTS               ADDRESS     PORTS        AGE
kubia   nginx    kubia.example.com   127.0.0.1   8080, 8443   <unknown>
many    <none>   a,b,c + 1 more...                            <unknown>
all     <none>   *                                            <unknown>
)");
}

TEST(GetTable, CertificatesAndRoutes) {
    EXPECT_EQ(table(Resource::certificates, R"([
      {"metadata":{"name":"tls"},"spec":{"hosts":["a.example","b.example"]},
       "status":{"usable":true,"notAfter":"2026-07-31T12:00:00Z"}},
      {"metadata":{"name":"old"},"spec":{"hosts":[]},"status":{"usable":true,"notAfter":"2026-06-30T12:00:00Z"}},
      {"metadata":{"name":"bad"},"spec":{"hosts":[]},"status":{"usable":false}}])"),
              R"(
NAME   READY   HOSTS                 EXPIRES-IN   AGE
tls    True    a.example,b.example   30d          <unknown>
old    True    <none>                expired      <unknown>
bad    False   <none>                <unknown>    <unknown>
)");
    EXPECT_EQ(table(Resource::routes, R"([
      {"spec":{"host":"a.example","path":"/","pathType":"Prefix","ingress":"web",
               "backend":{"service":"web","port":"80","endpoints":["127.1.0.1:80"]}}},
      {"spec":{"host":"_","path":"/","pathType":"Exact","ingress":""}}])",
                    {true, false}),
              R"(
HOST        PATH   PATHTYPE   BACKEND     ENDPOINTS   INGRESS   ADDRESSES
a.example   /      Prefix     web:80      1           web       127.1.0.1:80
_           /      Exact      <default>   0           <none>    <none>
)");
}

TEST(GetTable, SurvivesAnswersOfAnotherShape) {
    for (const auto& info : ingress::all_resources())
        for (const char* odd : {"[1]", "[null]", R"([{"spec":[],"status":7,"metadata":"x","subsets":{}}])"})
            EXPECT_FALSE(table(info.resource, odd, {true, true}).empty()) << info.plural;
}

TEST(PrettyJson, IsIndentedAsKubectlDoes) {
    EXPECT_EQ(pretty_json(json::parse(R"({"a":[1,"x\"\n"],"b":{},"c":[]})")),
              "{\n    \"a\": [\n        1,\n        \"x\\\"\\n\"\n    ],\n    \"b\": {},\n    \"c\": []\n}\n");
}

}  // namespace
}  // namespace fairway::app
