"""AWS's service-authorization data of the services that our policies name, and checks of policies against it."""
