"""A shop's backend: places orders and adds notes."""

from support.client import Client
from support.orders import order


class Shop:
    """Places orders and adds notes."""

    def __init__(self, service):
        self.client = Client(service.port, service.token("backend", "aurora"))

    def place(self, number, **headers):
        return self.client.insist("POST", "/v1/orders", order(number=number), headers or None).json

    def note(self, order_id, text):
        body = {"text": text, "visibility": "customer"}
        return self.client.insist("POST", f"/v1/orders/{order_id}/note", body).json
