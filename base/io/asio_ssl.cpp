// The body of Boost.Asio's TLS streams, compiled once for the whole program (target fairway_asio_ssl).
#include <boost/asio/ssl/impl/src.hpp>
