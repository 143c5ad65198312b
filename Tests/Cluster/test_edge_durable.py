"""An edge with `--durable-on standby`: it reads standbys alone, and leaves one that is promoted."""

from support.client import Client
from support.edges import Edge
from support.forwarder import Forwarder
from support.service import Service, free_port
from support.shop import Shop
from support.sse import Stream
from support.standbys import serving
from support.waiting import wait_for


def test_an_edge_leaves_a_standby_that_is_promoted(binary, service, standbys, check):
    standbys.synchronous()
    address = Forwarder(standbys.standby.port)
    edge = alone = None
    try:
        with serving(binary, service, standbys.url, 1):
            shop, staff = Shop(service), service.token("staff", "*")
            kept = shop.place("KEPT")
            refused, output = service.fails_to_serve(
                *("--edge", "--durable-on", "standby", "--port", str(free_port()), "--database-url", standbys.url)
            )
            check("an edge on a primary ends", refused == 1 and "standby" in output, output[-400:])
            url = f"postgresql://postgres@127.0.0.1:{address.port}/waybill"
            edge = Edge(service, url, None, "--durable-on", "standby")
            edge.start()
            stream = Stream(edge.port, "/v1/stream?after=0", staff)
            stream.wait(lambda frames: any(f.id == kept["position"] for f in frames), 30, "the edge shows the order")
            # Its sessions go on: PostgreSQL ends none when a standby is promoted.
            standbys.promote()
            # A service that waits for no standby, as an operator may run one in need.
            alone = Service(binary)
            alone.data_dir, alone.options = service.data_dir, ["--database-url", standbys.primary.url("waybill")]
            alone.start()
            secret = Shop(alone).place("ALONE")
            wait_for(lambda: not edge.is_ready(), 15, "the edge is not ready without a standby")
            answer = Client(edge.port, staff).request("GET", f"/v1/orders/{secret['orderId']}")
            check("the edge does not tell of what no standby has", answer.status in (404, 503), answer)
            check("nor does its stream", not any(f.id == secret["position"] for f in stream.frames))
            standbys.standby = standbys.follow()
            address.switch(standbys.standby.port)
            wait_for(edge.is_ready, 60, "the edge is ready on the new standby")
            stream.wait(lambda frames: any(f.id == secret["position"] for f in frames), 30, "the stream goes on")
            shown = [frame.id for frame in stream.stop().frames if frame.event]
            check("the stream has both events, once", shown == [kept["position"], secret["position"]], shown)
    finally:
        for process in (alone, edge):
            if process:
                process.close()
        address.close()
