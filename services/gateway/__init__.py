"""gateway: the only public door. Who is asking, which office they speak for, and where the request goes."""
