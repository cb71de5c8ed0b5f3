"""The project's dependencies: their licences and vulnerabilities, the SBOM of the Lambda zip, the AWS provider."""
