curl $INFERENCE_URL/v1/agents/heroku \
  -H "Authorization: Bearer $INFERENCE_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "claude-4-sonnet",
    "messages": [
      {"role": "user", "content": "Parse this JSON and extract the email addresses"}
    ],
    "tools": [
      {
        "type": "heroku_tool",
        "name": "code_exec_node",
        "runtime_params": {
          "target_app_name": "my-app"
        }
      }
    ]
  }'
