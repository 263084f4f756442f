#include "proxy/upstream/endpoint_picker.hpp"

namespace fairway::proxy {

const routing::Endpoint& EndpointPicker::next() {
    return worker_.balancer(backend_.id).pick(ready_, algorithm_, tried_, worker_.reactor.now(), worker_.random);
}

}  // namespace fairway::proxy
