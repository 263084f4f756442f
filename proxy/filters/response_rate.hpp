// limit-rate, limit-rate-after: a response that is sent no faster than its route allows.
#pragma once

#include <memory>

#include "proxy/body_filter.hpp"
#include "proxy/io/reactor.hpp"
#include "routing/policy/response_rate.hpp"

namespace fairway::proxy {

/// The time counts from here on. `rate` has to outlive it.
std::unique_ptr<BodyFilter> make_rate_filter(const routing::ResponseRate& rate, io::Reactor& reactor,
                                             DownstreamStream& downstream, BodyFilter& next);

}  // namespace fairway::proxy
