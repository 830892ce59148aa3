curl $INFERENCE_URL/v1/agents/heroku \
  -H "Authorization: Bearer $INFERENCE_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "claude-4-sonnet",
    "messages": [
      {"role": "user", "content": "Calculate the factorial of 10"}
    ],
    "tools": [
      {
        "type": "heroku_tool",
        "name": "code_exec_ruby",
        "runtime_params": {
          "target_app_name": "my-app"
        }
      }
    ]
  }'
