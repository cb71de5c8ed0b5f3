"""What the project depends on: licences and vulnerabilities, the contents of the Lambda zip, the AWS provider."""
